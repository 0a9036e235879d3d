using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>
/// A file of policy cases (<c>agent.test.yaml</c> beside <c>agent.yaml</c>): <c>manifest</c>, <c>given</c> (what holds for every
/// case that doesn't say otherwise) and <c>cases</c>.
/// </summary>
/// <param name="Manifest">The manifest's file as written; null for the neighbour without <c>.test</c>.</param>
/// <param name="Cases">The cases; none when there are errors.</param>
/// <param name="Errors">Every error found.</param>
public sealed record PolicyCaseFile(
    string? Manifest,
    ImmutableArray<PolicyCase> Cases,
    ImmutableArray<ManifestError> Errors
)
{
    private static readonly string[] s_top = ["manifest", "given", "cases"];
    private static readonly string[] s_given = ["user", "labels", "time"];
    private static readonly string[] s_case = ["name", "action", "args", "user", "labels", "time", "expect", "by"];

    /// <summary>Reads the text of a file.</summary>
    public static PolicyCaseFile Load(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        var errors = ImmutableArray.CreateBuilder<ManifestError>();
        var root = SourceTree.Read(text, file, errors);
        if (root is null)
        {
            return new PolicyCaseFile(null, [], errors.ToImmutable());
        }

        if (root is not SourceNode.Map top)
        {
            errors.Add(
                new ManifestError(root.Position, $"this is {root.Kind}, not a file of cases", "Start with `cases:`.")
            );
            return new PolicyCaseFile(null, [], errors.ToImmutable());
        }

        CheckKeys(top, s_top, errors);
        var given = top.Find("given") as SourceNode.Map;
        if (top.Find("given") is { } wrong && given is null)
        {
            errors.Add(new ManifestError(wrong.Position, "`given` is a map of `user`, `labels`, `time`"));
        }

        CheckKeys(given, s_given, errors);
        var cases = ImmutableArray.CreateBuilder<PolicyCase>();
        if (top.Find("cases") is not SourceNode.List { Items.Length: > 0 } list)
        {
            errors.Add(
                new ManifestError(top.PositionOf("cases"), "a file of cases needs `cases`, a list with at least one")
            );
        }
        else
        {
            foreach (var item in list.Items)
            {
                if (ReadCase(item, given, errors) is { } read)
                {
                    cases.Add(read);
                }
            }
        }

        var manifest = (top.Find("manifest") as SourceNode.Scalar)?.Text;
        return errors.Count > 0
            ? new PolicyCaseFile(manifest, [], errors.ToImmutable())
            : new PolicyCaseFile(manifest, cases.ToImmutable(), []);
    }

    private static PolicyCase? ReadCase(
        SourceNode node,
        SourceNode.Map? given,
        ImmutableArray<ManifestError>.Builder errors
    )
    {
        if (node is not SourceNode.Map map)
        {
            errors.Add(new ManifestError(node.Position, $"a case is a map of keys, and this is {node.Kind}"));
            return null;
        }

        var before = errors.Count;
        CheckKeys(map, s_case, errors);
        var expected = (map.Find("expect") as SourceNode.Scalar)?.Text switch
        {
            "allow" => Effect.Allow,
            "ask" => Effect.Ask,
            "deny" => Effect.Deny,
            _ => (Effect?)null,
        };
        if (expected is null)
        {
            errors.Add(new ManifestError(map.PositionOf("expect"), "a case needs `expect`: `allow`, `ask` or `deny`"));
        }

        if (map.Find("action") is not SourceNode.Scalar action)
        {
            errors.Add(
                new ManifestError(map.PositionOf("action"), "a case needs `action`, such as `tool github/get_issue`")
            );
            return null;
        }

        if (!QuestionReader.TryRead(Merge(map, given), null, out var question, out var problem))
        {
            errors.Add(new ManifestError(map.PositionOf("action"), problem));
        }

        return errors.Count > before
            ? null
            : new PolicyCase(
                map.Position,
                (map.Find("name") as SourceNode.Scalar)?.Text ?? action.Text,
                action.Text,
                question,
                expected!.Value,
                (map.Find("by") as SourceNode.Scalar)?.Text
            );
    }

    // A case's own word goes before what is given for all.
    private static JsonElement Merge(SourceNode.Map map, SourceNode.Map? given)
    {
        var entries = map
            .Entries.Where(e => e.Key.Text is not ("name" or "expect" or "by"))
            .Concat(given is null ? [] : given.Entries.Where(e => map.Find(e.Key.Text) is null))
            .Select(e =>
                e.Value is SourceNode.Scalar { IsEmpty: false } scalar && e.Key.Text is "action" or "user" or "time"
                    ? KeyValuePair.Create(e.Key, (SourceNode)((SourceNode.Scalar)e.Value with { Plain = false }))
                    : e
            );
        return SourceJson.Of(new SourceNode.Map(map.Position, [.. entries]));
    }

    private static void CheckKeys(SourceNode.Map? map, string[] known, ImmutableArray<ManifestError>.Builder errors)
    {
        foreach (var (key, _) in map?.Entries ?? [])
        {
            if (!known.Contains(key.Text, StringComparer.Ordinal))
            {
                var near = NearestWord.Find(key.Text, known);
                errors.Add(
                    new ManifestError(
                        key.Position,
                        $"`{key.Text}` is no key here",
                        near is null ? $"The keys are {string.Join(", ", known)}." : $"Did you mean `{near}`?"
                    )
                );
            }
        }
    }
}
