import { aws } from "./aws";
import type { Engine } from "./engine";
import { jupyterhub } from "./jupyterhub";
import { kafka } from "./kafka";
import { ministack } from "./ministack";
import { simulator } from "./simulator";

/** What `up` starts. Trino and Spark are started by the gateway when first needed. */
export const engines: readonly Engine[] = [kafka, ministack, aws, simulator, jupyterhub];
