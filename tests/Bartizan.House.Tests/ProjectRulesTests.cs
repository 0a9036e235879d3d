using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Bartizan.House.Tests;

/// <summary>Dependencies point down the table only: in the project files, and in what the built assemblies really use.</summary>
public sealed class ProjectRulesTests
{
    private const string Prefix = "Bartizan.";

    public static TheoryData<string> Projects =>
        [
            .. Repository
                .Files.Where(file => file.IsUnder("src/") && file.Path.EndsWith(".csproj", StringComparison.Ordinal))
                .Select(file => Path.GetFileNameWithoutExtension(file.Name)[Prefix.Length..]),
        ];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_what_stands_below_it(string project)
    {
        var file = Repository.Get($"src/{Prefix}{project}/{Prefix}{project}.csproj");
        var references =
            from element in XDocument.Parse(file.Text).Descendants("ProjectReference")
            select Path.GetFileNameWithoutExtension(element.Attribute("Include")!.Value)[Prefix.Length..];
        ProjectRules.Check(project, references).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void An_assembly_uses_only_what_stands_below_it(string project)
    {
        var used = ReferencesOf(project == "Cli" ? "bartizan" : Prefix + project)
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..]);
        ProjectRules.Check(project, used).ShouldBeEmpty();
    }

    [Fact]
    public void Core_knows_no_web_framework_and_no_database() =>
        ProjectRules.CheckCore(ReferencesOf("Bartizan.Core")).ShouldBeEmpty();

    [Fact]
    public void Every_project_of_the_table_is_built() =>
        Projects.Select(row => row.Data).Order().ShouldBe(ProjectRules.MayUse.Keys.Order());

    [Theory]
    [InlineData("Gateway", "Vault")]
    [InlineData("Core", "Log")]
    [InlineData("Log", "Core")]
    [InlineData("Sandbox", "Gateway")]
    [InlineData("Records", "Daemon")]
    [InlineData("Newcomer", "Core")]
    public void A_reference_that_points_up_or_aside_is_found(string project, string used) =>
        ProjectRules.Check(project, [used]).ShouldHaveSingleItem();

    [Theory]
    [InlineData("Microsoft.AspNetCore.Http")]
    [InlineData("Microsoft.Data.Sqlite")]
    [InlineData("System.Net.Sockets")]
    public void A_framework_in_core_is_found(string assembly) =>
        ProjectRules.CheckCore([assembly, "System.Runtime"]).ShouldHaveSingleItem();

    private static List<string> ReferencesOf(string assembly)
    {
        var path = Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
        Assert.SkipUnless(File.Exists(path), $"{assembly} has no program yet");
        using var stream = File.OpenRead(path);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        return
        [
            .. metadata.AssemblyReferences.Select(handle =>
                metadata.GetString(metadata.GetAssemblyReference(handle).Name)
            ),
        ];
    }
}
