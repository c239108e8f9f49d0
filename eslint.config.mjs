import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", ".workbench/", "reports/", "jupyterhub/**/*.js"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
    },
  },
  {
    // Data moves left to right: the library knows nothing of what stands on it.
    files: ["src/lib/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: ["**/cli/**", "**/local/**", "**/dashboard/**", "**/infra/**"] },
      ],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "Take the clock as an argument." },
      ],
    },
  },
);
