namespace OptOut.Emulators.Sandbox.Generic;

/// <summary>Emulates a company's own CRM, which sends its mails.</summary>
internal sealed class CrmSandbox(SandboxSetup setup) : GenericSandbox(setup, "crm", "email");
