using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Bartizan.Gateway.Tools.Schemas;

namespace Bartizan.Gateway.Tests.Tools.Schemas;

/// <summary>The standard's own test suite: every required test of draft 2020-12.</summary>
public sealed class SchemaSuiteTests
{
    private const string Host = "http://localhost:1234/";

    [Fact]
    public void Every_required_test_of_the_standard_s_suite_passes()
    {
        var folder = Path.Combine(Shared(), "data", "specs", "json-schema");
        Assert.SkipUnless(Directory.Exists(folder), "the suite of JSON Schema is not here: set BARTIZAN_SHARED");
        var documents = Documents(Path.Combine(folder, "remotes"));
        var wrong = new StringBuilder();
        var count = 0;
        foreach (var file in Directory.GetFiles(Path.Combine(folder, "tests", "draft2020-12"), "*.json").Order())
        {
            using var suite = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var group in suite.RootElement.EnumerateArray())
            {
                foreach (var test in group.GetProperty("tests").EnumerateArray())
                {
                    count++;
                    var fits = Fits(group.GetProperty("schema"), test.GetProperty("data"), documents, out var why);
                    if (fits != test.GetProperty("valid").GetBoolean())
                    {
                        wrong.AppendLine(
                            $"{Path.GetFileName(file)}: {group.GetProperty("description")}: {test.GetProperty("description")}: {why}"
                        );
                    }
                }
            }
        }

        wrong.ToString().ShouldBeEmpty();
        count.ShouldBeGreaterThan(1000);
    }

    private static bool Fits(
        JsonElement schema,
        JsonElement data,
        Dictionary<string, JsonElement> documents,
        out string why
    )
    {
        try
        {
            var problem = JsonSchema.Compile(schema, documents).Validate(data);
            why = problem?.ToString() ?? "it fits";
            return problem is null;
        }
        catch (SchemaException e)
        {
            why = e.Message;
            return false;
        }
    }

    private static Dictionary<string, JsonElement> Documents(string remotes)
    {
        var documents = new Dictionary<string, JsonElement>(MetaSchemas.All, StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(remotes, "*.json", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(remotes, file).Replace('\\', '/');
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            documents[Host + name] = document.RootElement.Clone();
        }

        return documents;
    }

    private static string Shared([CallerFilePath] string here = "") =>
        Environment.GetEnvironmentVariable("BARTIZAN_SHARED")
        ?? Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "..", "..", "shared");
}
