#:property PublishAot=false
// What an assembly holds, one line each: its entry point, if any, and the full names of its types.
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

using var file = new PEReader(File.OpenRead(args[0]));
var metadata = file.GetMetadataReader();
Console.WriteLine(file.PEHeaders.CorHeader!.EntryPointTokenOrRelativeVirtualAddress != 0 ? "entry point" : "no entry point");
foreach (var type in metadata.TypeDefinitions.Select(metadata.GetTypeDefinition))
    Console.WriteLine($"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}");
