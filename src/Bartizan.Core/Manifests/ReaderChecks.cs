using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Readers;

namespace Bartizan.Core.Manifests;

/// <summary>What holds between a manifest's readers, its upstreams, its servers and its rules.</summary>
internal static class ReaderChecks
{
    /// <summary>From here on a reader's answer has room for a message, and whoever checks the file is told.</summary>
    private const double MuchBits = 256;

    /// <summary>Checks them.</summary>
    public static void Check(
        Manifest manifest,
        SourceNode.Map root,
        Action<SourcePosition, string, string> error,
        Action<SourcePosition, string, string> warn
    )
    {
        if (!manifest.Servers.TryGetValue(ReaderTerms.Server, out var server) || server.Readers.IsEmpty)
        {
            return;
        }

        foreach (var (name, value) in ManifestReader.Entries(root.Find("readers")))
        {
            if (value is not SourceNode.Map map || !server.Readers.TryGetValue(name.Text, out var reader))
            {
                continue;
            }

            if (!manifest.Models.ContainsKey(reader.Model.Provider))
            {
                error(
                    map.PositionOf("model"),
                    $"there is no upstream `{SourceTree.Quote(reader.Model.Provider)}` in `models`",
                    NearestWord.Hint(reader.Model.Provider, manifest.Models.Keys)
                );
            }

            if (!manifest.Servers.ContainsKey(reader.Source.Server))
            {
                error(
                    map.PositionOf("from"),
                    $"there is no server `{SourceTree.Quote(reader.Source.Server)}` in `servers`",
                    NearestWord.Hint(reader.Source.Server, manifest.Servers.Keys)
                );
            }

            foreach (
                var (target, key) in new (ActionTarget, SourcePosition)[]
                {
                    (new ToolTarget(ReaderTerms.Server, name.Text), name.Position),
                    (reader.Source, map.PositionOf("from")),
                    (reader.Model, map.PositionOf("model")),
                }
            )
            {
                if (!IsGranted(manifest, target))
                {
                    var verb = target.Verb.ToString().ToLowerInvariant();
                    warn(
                        key,
                        $"no rule allows `{verb} {SourceTree.Quote(target.Text)}`: the reader `{name.Text}` can't read",
                        $"Add `allow: {verb} {target.Text}`; it is an action like any other."
                    );
                }
            }

            if (reader.Bits > MuchBits)
            {
                warn(
                    map.PositionOf("gives"),
                    $"the reader `{name.Text}` gives up to {Math.Ceiling(reader.Bits):0} bits of what it read: room for a message",
                    "Name words with `in`, narrower bounds, shorter identifiers or a `glob`."
                );
            }
        }
    }

    /// <summary>True when some rule of the manifest itself lets an action through, or has it asked.</summary>
    public static bool IsGranted(Manifest manifest, ActionTarget target) =>
        manifest
            .Layers.Where(layer => !layer.IsCeiling)
            .SelectMany(layer => layer.Rules)
            .Where(rule => rule.Verb == target.Verb && rule.Effect != Effect.Deny)
            .Any(rule =>
                Alternation.TryExpand(rule.Pattern, out var texts, out _)
                && texts.Any(text =>
                    TargetPattern.Parse(rule.Verb, text, rule.Effect == Effect.Allow, out _)?.Matches(target) == true
                )
            );
}
