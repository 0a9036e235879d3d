using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// Commands: the argv, and one more spelling of it, which only rules that take away look at. Which spellings an argv
/// has is not known here: any is taken to be possible, so what one policy denies by name and the other doesn't is
/// seen even of a command that is spelt otherwise. The last atom of the argv is the command that nobody can read.
/// </summary>
internal sealed class CommandSpace : VerbSpace
{
    private readonly TextDimension _words = new(Symbols.Words);

    /// <inheritdoc/>
    public override ImmutableArray<int> Atoms => [_words.Count + 1, _words.Count + 1];

    /// <inheritdoc/>
    public override bool JoinsDenials => true;

    private int Last => _words.Count;

    /// <inheritdoc/>
    public override bool IsCertain(ReadOnlySpan<int> atoms) => atoms[1] == 0;

    /// <inheritdoc/>
    public override void Name(string name, TargetPattern pattern)
    {
        var exec = (ExecPattern)pattern;
        _words.Name(name, exec.Words, exec.AnyFolder);
    }

    /// <inheritdoc/>
    public override void Build(Effort effort) => _words.Build(effort);

    /// <inheritdoc/>
    public override IEnumerable<ImmutableArray<AtomSet>> BoxesOf(string name, TargetPattern pattern, bool takes)
    {
        var words = _words.SetOf(name);
        var fits = AtomSet.Of(Last + 1, atom => atom == Last ? takes : words.Contains(atom));
        var all = AtomSet.All(Last + 1);
        if (!takes)
        {
            return
            [
                [fits, all],
            ];
        }

        // The first atom of the spellings is having none.
        var spelt = AtomSet.Of(Last + 1, atom => atom > 0 && words.Contains(atom - 1));
        return
        [
            [fits, all],
            [all, spelt],
        ];
    }

    /// <inheritdoc/>
    public override ActionTarget? TargetOf(ReadOnlySpan<int> atoms)
    {
        if (atoms[0] == Last)
        {
            return ExecTarget.Opaque("$(x)");
        }

        return new ExecTarget([.. _words.Atoms.Words(atoms[0])])
        {
            Spellings =
                atoms[1] == 0
                    ? []
                    :
                    [
                        [.. _words.Atoms.Words(atoms[1] - 1)],
                    ],
        };
    }
}
