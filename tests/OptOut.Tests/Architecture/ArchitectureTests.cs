using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;

namespace OptOut.Tests.Architecture;

/// <summary>Verifies the layering of the areas, in the compiled product and in its source files.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly ArchUnitNET.Domain.Architecture Product = new ArchLoader()
        .LoadAssemblies(typeof(OptOutServices).Assembly)
        .Build();

    [Fact]
    public void An_area_uses_only_areas_below_it()
    {
        var uses = CompiledUses();

        AssertNone(uses.Where(u => !Areas.Permits(u.From, u.To)).Select(u => $"{u.From} uses {u.To}: {u.Example}"));
        Assert.Contains(uses, u => u is { From: "Web", To: "Records" });
    }

    // Constants, nameof and crefs leave no trace in the compiled product, so the sources are searched too.
    [Fact]
    public void A_source_file_names_only_areas_below_its_own()
    {
        var uses = SourceUses();

        AssertNone(uses.Where(u => !Areas.Permits(u.From, u.To)).Select(u => $"{u.From} names {u.To}: {u.Example}"));
        Assert.Contains(uses, u => u is { From: "Web", To: "Records" });
    }

    [Fact]
    public void Every_folder_is_an_area()
    {
        var folders = SourceTree.Code("functions/OptOut")
            .Select(file => file.Split('/'))
            .Where(path => path.Length > 3)
            .Select(path => path[2])
            .Distinct(StringComparer.Ordinal);

        Assert.All(folders, folder => Assert.True(Areas.IsKnown(folder), $"{folder} is not in {nameof(Areas)}.{nameof(Areas.Rows)}"));
    }

    [Fact]
    public void The_areas_have_no_cycles() => SliceRuleDefinition.Slices().Matching("OptOut.(*)").Should().BeFreeOfCycles().Check(Product);

    [Fact]
    public void Consent_uses_only_the_framework()
    {
        var types = Product.Types.Where(t => Area(t) == "Consent").ToList();

        Assert.NotEmpty(types);
        AssertNone(
            from type in types
            from dependency in type.Dependencies
            where Namespace(dependency.Target) is { Length: > 0 } used
                && used != "OptOut.Consent"
                && !used.StartsWith("System", StringComparison.Ordinal)
            select $"{type.FullName} uses {dependency.Target.FullName}");
    }

    [Theory]
    [InlineData("Consent", "Records")]
    [InlineData("Records", "Web")]
    [InlineData("Api", "Web")]
    [InlineData("Replies", "Vendors")]
    [InlineData("Vendors/Twilio", "Vendors/SendGrid")]
    [InlineData("Vendors", "Vendors/SendGrid")]
    public void A_dependency_upwards_or_sideways_is_not_permitted(string from, string to) => Assert.False(Areas.Permits(from, to));

    [Fact]
    public void The_diagram_in_the_contributors_guide_matches_the_products_dependencies() =>
        ArchitecturePicture.Verify(".github/CONTRIBUTING.md", CompiledUses());

    private static void AssertNone(IEnumerable<string> violations)
    {
        if (string.Join('\n', violations) is { Length: > 0 } text)
            Assert.Fail(text);
    }

    private static List<AreaUse> CompiledUses() =>
    [
        .. from type in Product.Types
           let @from = Area(type)
           where @from is not null
           from dependency in type.Dependencies
           let to = Area(dependency.Target)
           where to is not null && to != @from
           select new AreaUse(@from, to, $"{type.FullName} uses {dependency.Target.FullName}"),
    ];

    private static List<AreaUse> SourceUses() =>
    [
        .. from file in SourceTree.Code("functions/OptOut")
           let folders = file.Split('/')[1..^1]
           let @from = Areas.Of(string.Join('.', folders))
           where @from is not null
           from line in SourceTree.Lines(file)
           from Match match in QualifiedName().Matches(line)
           let to = Areas.Of(match.Groups["name"].Value)
           where to is not null && Areas.IsKnown(to) && to != @from
           select new AreaUse(@from, to, $"{file}: {line.Trim()}"),
    ];

    private static string? Area(IType type) => Areas.Of(Namespace(type));

    // Compiler-generated types have no namespace. ArchUnitNET confuses type parameters that have the same name.
    private static string Namespace(IType type) => type is GenericParameter ? "" : type.Namespace?.FullName ?? "";

    [GeneratedRegex(
        @"(?:^@?using (?:static )?|\b)(?<name>OptOut(?:\.[A-Z]\w*)+)",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex QualifiedName();
}
