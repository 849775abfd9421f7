using System.Reflection;
using System.Runtime.Loader;
using SharpFuzz;

namespace OptOut.Fuzz.Instrumentation;

/// <summary>
/// A second copy of the product in this process, with SharpFuzz's counters in it. The first copy stays as it was built: a finding is
/// measured there, and its stack trace has the right lines.
/// </summary>
internal sealed class InstrumentedCode : AssemblyLoadContext
{
    private static readonly string[] Instrumented = ["OptOut", "MimeKit"];

    private readonly string _folder;

    /// <param name="folder">Where the instrumented assemblies are written.</param>
    public InstrumentedCode(string folder)
        : base("instrumented")
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        foreach (var name in Instrumented)
        {
            var copy = Path.Combine(folder, name + ".dll");
            File.Copy(Path.Combine(AppContext.BaseDirectory, name + ".dll"), copy, overwrite: true);
            Fuzzer.Instrument(copy, type => !IsUninteresting(type), Options.Value);
        }
    }

    public Assembly Fuzz => LoadFromAssemblyName(typeof(InstrumentedCode).Assembly.GetName());

    // Everything that names the product's types is loaded once more; the framework and the packages are shared.
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var file = assemblyName.Name + ".dll";
        if (Array.Exists(Instrumented, name => name == assemblyName.Name))
            return LoadFromAssemblyPath(Path.Combine(_folder, file));
        return assemblyName.Name?.StartsWith("OptOut.", StringComparison.Ordinal) is true
            ? LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, file))
            : null;
    }

    // Rendering and start-up read nothing from outside.
    private static bool IsUninteresting(string type) =>
        type.StartsWith("MimeKit.Cryptography", StringComparison.Ordinal) || type.StartsWith("MimeKit.Tnef", StringComparison.Ordinal);
}
