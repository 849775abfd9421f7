namespace OptOut.Fuzz.Targets.Http;

internal sealed class PublicFormTarget() : RequestTarget("PublicForm")
{
    public override IReadOnlyList<string> Code => ["OptOut.Web.PublicForm", "OptOut.Web.Pages.TypedForm", "OptOut.Web.Pages.PageView"];
}

internal sealed class TypeCodeTarget() : RequestTarget("TypeCode")
{
    public override IReadOnlyList<string> Code => ["OptOut.Web.CodeEndpoint", "OptOut.Links.PrintedCode", "OptOut.Web.Pages.PageView"];
}

internal sealed class OpenCodeTarget() : RequestTarget("OpenCode")
{
    public override IReadOnlyList<string> Code => ["OptOut.Web.CodeEndpoint", "OptOut.Web.Paper", "OptOut.Links.PrintedCode"];
}

internal sealed class CodeAsSvgTarget() : RequestTarget("CodeAsSvg")
{
    public override IReadOnlyList<string> Code => ["OptOut.Api.Codes.QrEndpoint", "OptOut.Links.PrintedCode"];
}

internal sealed class CodeAsPngTarget() : RequestTarget("CodeAsPng")
{
    public override IReadOnlyList<string> Code => ["OptOut.Api.Codes.QrEndpoint", "OptOut.Links.PrintedCode"];
}
