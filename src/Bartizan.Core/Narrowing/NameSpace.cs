using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>Models, tools, agents and callers' requests: a head and the rest.</summary>
internal sealed class NameSpace(Verb verb) : VerbSpace
{
    private readonly TextDimension _heads = new(Symbols.Head);
    private readonly TextDimension _rests = new(Symbols.Text);

    /// <inheritdoc/>
    public override ImmutableArray<int> Atoms => [_heads.Count, _rests.Count];

    /// <inheritdoc/>
    public override void Name(string name, TargetPattern pattern)
    {
        var named = (NamePattern)pattern;
        if (named.Head is { } head)
        {
            _heads.Name(head.Text, head);
        }

        _rests.Name(RestOf(named), named.Rest);
    }

    /// <inheritdoc/>
    public override void Build(Effort effort)
    {
        _heads.Build(effort);
        _rests.Build(effort);
    }

    /// <inheritdoc/>
    public override IEnumerable<ImmutableArray<AtomSet>> BoxesOf(string name, TargetPattern pattern, bool takes)
    {
        var named = (NamePattern)pattern;
        var heads = named.Head is { } head ? _heads.SetOf(head.Text) : AtomSet.All(_heads.Count);
        return
        [
            [heads, _rests.SetOf(RestOf(named))],
        ];
    }

    /// <inheritdoc/>
    public override ActionTarget? TargetOf(ReadOnlySpan<int> atoms)
    {
        var (head, rest) = (_heads.Atoms.Text(atoms[0]), _rests.Atoms.Text(atoms[1]));
        return verb switch
        {
            Verb.Model => new ModelTarget(head, rest),
            Verb.Tool => new ToolTarget(head, rest),
            Verb.Delegate => new DelegateTarget(rest),
            _ => new ServeTarget(head, $"/{rest}"),
        };
    }

    private static string RestOf(NamePattern pattern) =>
        string.Join('/', pattern.Rest.Segments.Select(s => s?.Text ?? "**"));
}
