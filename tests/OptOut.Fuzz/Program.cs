using OptOut.Fuzz.Instrumentation;

// The rest runs in a second copy of this program, with the instrumented product beside it.
var folder = Directory.CreateTempSubdirectory("optout-fuzz-");
try
{
    _ = new EdgeMap(); // Instrumented code writes to it from its first line on.
    return (int)new InstrumentedCode(folder.FullName).Fuzz
        .GetType("OptOut.Fuzz.FuzzRun")!
        .GetMethod("Run")!
        .Invoke(null, [args])!;
}
finally
{
    folder.Delete(recursive: true);
}
