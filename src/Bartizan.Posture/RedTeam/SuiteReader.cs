using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Posture.RedTeam;

/// <summary>Reads suites, in the format that docs/redteam.md describes.</summary>
public static class SuiteReader
{
    /// <summary>Bytes of a suite's file.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>Reads a suite.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="source">What to call the file in errors.</param>
    /// <exception cref="SuiteException">It is no suite.</exception>
    public static Suite Read(string text, string source)
    {
        var root = new SuiteNode(Parse(text, source), source);
        var suite = new Suite(
            root.Text("suite"),
            root.TextOr("about", ""),
            Beside(root),
            root.Members("servers")
                .ToImmutableSortedDictionary(
                    server => server.Name,
                    server => server.Value.Items().Select(Tool).ToImmutableArray(),
                    StringComparer.Ordinal
                ),
            [.. root.List("tasks").Select(Task)],
            [.. root.ListOr("attacks").Select(Attack)],
            [.. root.ListOr("wordings").Select(WordingOf)]
        );
        Check(suite, source);
        return suite;
    }

    /// <summary>Reads a file of wordings alone.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="source">What to call the file in errors.</param>
    /// <exception cref="SuiteException">It is none.</exception>
    public static ImmutableArray<Wording> ReadWordings(string text, string source) =>
        [.. new SuiteNode(Parse(text, source), source).List("wordings").Select(WordingOf)];

    internal static JsonNode? Parse(string text, string source)
    {
        if (text.Length > MaxBytes)
        {
            throw new SuiteException($"`{source}` is larger than {MaxBytes >> 20} MiB");
        }

        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw new SuiteException($"`{source}` is no JSON: line {e.LineNumber + 1}");
        }
    }

    private static string Beside(SuiteNode root)
    {
        var name = root.Text("manifest");
        return name == Path.GetFileName(name)
            ? name
            : throw new SuiteException($"`manifest` in {root.Place} names `{name}`: it must stand beside the suite");
    }

    private static SuiteTool Tool(SuiteNode node) =>
        new(node.Text("tool"), node.TextOr("description", ""), node.Object("arguments"), node.Any("returns"));

    private static SuiteTask Task(SuiteNode node) =>
        new(node.Text("id"), node.Text("says"), [.. node.List("steps").Select(Step)]);

    private static SuiteAttack Attack(SuiteNode node) =>
        new(
            node.Text("id"),
            node.Text("wants"),
            node.MembersOr("translated")
                .ToImmutableSortedDictionary(one => one.Name, one => one.Value.Text(), StringComparer.Ordinal),
            node.TextOr("harm", "other"),
            [.. node.List("steps").Select(Step)],
            node.TextOr("task", "") is { Length: > 0 } within ? within : null,
            node.FlagOr("covered", true)
        );

    private static Wording WordingOf(SuiteNode node)
    {
        var name = node.TextOr("encoding", "none");
        var text = node.Text("text");
        if (!Enum.TryParse<Disguise>(name.Replace("_", "", StringComparison.Ordinal), true, out var disguise))
        {
            throw new SuiteException(
                $"`encoding` in {node.Place} is `{name}`; it is one of none, base64, hex, rot13, zero_width, tags, homoglyph, leet, spaced"
            );
        }

        return text.Contains(Wording.Order, StringComparison.Ordinal)
            ? new Wording(node.Text("id"), node.TextOr("language", "en"), disguise, node.TextOr("lead", ""), text)
            : throw new SuiteException($"`text` in {node.Place} has no `{Wording.Order}`: the order stands there");
    }

    private static SuiteStep Step(SuiteNode node)
    {
        var call = node.Text("call");
        var slash = call.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < call.Length - 1
            ? new SuiteStep(call[..slash], call[(slash + 1)..], node.Object("with"), node.AnyOr("returns"))
            : throw new SuiteException($"`call` in {node.Place} is `{call}`; write it as server/tool");
    }

    private static void Check(Suite suite, string source)
    {
        foreach (
            var id in suite
                .Tasks.Select(task => task.Id)
                .Concat(suite.Attacks.Select(attack => attack.Id))
                .CountBy(id => id, StringComparer.Ordinal)
                .Where(count => count.Value > 1)
        )
        {
            throw new SuiteException($"`{source}` has two of the id `{id.Key}`");
        }

        foreach (var step in suite.Tasks.SelectMany(t => t.Steps).Concat(suite.Attacks.SelectMany(a => a.Steps)))
        {
            if (suite.ToolOf(step) is null)
            {
                throw new SuiteException($"`{source}` calls `{step.Name}`, which none of its servers has");
            }
        }

        if (suite.Attacks.FirstOrDefault(a => a.Within is { } id && suite.Tasks.All(task => task.Id != id)) is { } lost)
        {
            throw new SuiteException(
                $"the attack `{lost.Id}` in `{source}` names the task `{lost.Within}`, which isn't there"
            );
        }

        if (suite.Attacks.FirstOrDefault(attack => attack.Steps.IsEmpty) is { } empty)
        {
            throw new SuiteException(
                $"the attack `{empty.Id}` in `{source}` has no steps: nothing could show that it worked"
            );
        }
    }
}
