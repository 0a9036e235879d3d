using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>What an agent may read without any gateway seeing it: what its rules let the sandbox show, and its mounts.</summary>
internal sealed class UnseenReads
{
    private readonly ImmutableArray<PathPattern> _shown;

    public UnseenReads(Manifest manifest)
    {
        var granted = (manifest.Layers.IsDefault ? [] : manifest.Layers)
            .Where(layer => !layer.IsCeiling)
            .SelectMany(layer => layer.Rules)
            .Where(rule => rule.Verb == Verb.Read && rule.Effect is Effect.Allow or Effect.Ask)
            .SelectMany(rule => RulePatterns.Of(rule, grants: true).Patterns);
        var mounted = (manifest.Run?.Mounts ?? []).Select(mount =>
            TargetPattern.Parse(Verb.Read, $"{mount.TrimEnd('/')}/**", grants: false, out _)
        );
        _shown = [.. granted.Concat(mounted.OfType<TargetPattern>()).OfType<PathPattern>()];
    }

    /// <summary>True when something that is shown fits one of the rules; a rule that can't be read fits everything.</summary>
    public bool MayMeet(ImmutableArray<CompiledRule> rules) =>
        rules.Any(rule =>
            rule.Verb == Verb.Read
            && (
                rule.IsBroken
                || rule.Patterns.OfType<PathPattern>()
                    .Any(pattern => _shown.Any(shown => PatternOverlap.Exists(pattern.Segments, shown.Segments)))
            )
        );
}
