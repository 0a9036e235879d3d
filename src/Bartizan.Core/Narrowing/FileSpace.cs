using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// Files: a name, and for an anchored name the host's own path of the same file, which rules that take away look at
/// too. Where the anchors lie on a host is not known here, so every place is tried: the alias is any absolute path
/// that ends as the name does. An atom is a pair of what takes the name and what takes the alias. One name suffices:
/// of several, an allow needs each and a denial any.
/// </summary>
internal sealed class FileSpace(Verb verb) : VerbSpace
{
    /// <summary>States of the search for pairs; some seconds at the most.</summary>
    private const int MaxPairs = 400_000;

    private static readonly string[] _anchors = ["workspace", "home", "tmp"];

    private readonly TextDimension _names = new(Symbols.File);
    private readonly List<Atom> _atoms = [];
    private readonly HashSet<(int Name, int Alias)> _known = [];

    /// <inheritdoc/>
    public override ImmutableArray<int> Atoms => [_atoms.Count];

    /// <inheritdoc/>
    public override bool JoinsDenials => true;

    /// <inheritdoc/>
    public override bool AsksByMoreThanItGrants => true;

    /// <inheritdoc/>
    public override bool IsCertain(ReadOnlySpan<int> atoms) => _atoms[atoms[0]].Alias is null;

    /// <inheritdoc/>
    public override void Name(string name, TargetPattern pattern) => _names.Name(name, ((PathPattern)pattern).Segments);

    /// <inheritdoc/>
    public override void Build(Effort effort)
    {
        var machine = _names.Machine(effort);
        var alone = new TextAtoms(machine, effort);
        for (var i = 0; i < alone.Count; i++)
        {
            Add(new Atom(alone.LabelsOf(i), -1, alone.Text(i), null));
        }

        foreach (var anchor in effort.GivenUp is null ? _anchors : [])
        {
            AddAliases(machine, anchor, effort);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<ImmutableArray<AtomSet>> BoxesOf(string name, TargetPattern pattern, bool takes) =>
        [
            [
                AtomSet.Of(
                    _atoms.Count,
                    atom =>
                        _names.Has(_atoms[atom].NameLabels, name)
                        || (takes && _names.Has(_atoms[atom].AliasLabels, name))
                ),
            ],
        ];

    /// <inheritdoc/>
    public override ActionTarget? TargetOf(ReadOnlySpan<int> atoms)
    {
        var atom = _atoms[atoms[0]];
        return new FileTarget(verb, atom.Name) { Aliases = atom.Alias is null ? [] : [atom.Alias] };
    }

    // Two runs of one automaton side by side: over the alias from its start, and over the name from the slash at
    // which its end begins.
    private void AddAliases(TextMachine machine, string anchor, Effort effort)
    {
        var atAnchor = Run(machine, machine.Start, anchor);
        var reached = new List<(int Alias, int Name, int From, int Symbol)> { (machine.Start, Symbols.Dead, -1, 0) };
        var seen = new HashSet<(int, int)> { (machine.Start, Symbols.Dead) };
        var named = new HashSet<int>();
        for (var i = 0; i < reached.Count && effort.GivenUp is null; i++)
        {
            var (alias, name, _, _) = reached[i];
            var aliasLabels = machine.LabelsAtEnd(alias);
            if (name == Symbols.Dead && aliasLabels >= 0)
            {
                AddPair(machine.LabelsAtEnd(atAnchor), aliasLabels, anchor, "", reached, i);
            }
            else if (name != Symbols.Dead && aliasLabels >= 0)
            {
                AddPair(machine.LabelsAtEnd(name), aliasLabels, anchor, "/", reached, i);
            }

            named.Clear();
            machine.Name(alias, named);
            if (name != Symbols.Dead)
            {
                machine.Name(name, named);
            }

            foreach (var symbol in machine.Symbols.Choices(named))
            {
                if (i == 0 && symbol != '/')
                {
                    continue;
                }

                var next = machine.Step(alias, symbol);
                if (name == Symbols.Dead)
                {
                    Reach(next, Symbols.Dead);
                    if (symbol == '/' && atAnchor != Symbols.Dead)
                    {
                        Reach(next, machine.Step(atAnchor, '/'), mustName: true);
                    }
                }
                else
                {
                    Reach(next, machine.Step(name, symbol), mustName: true);
                }

                void Reach(int to, int toName, bool mustName = false)
                {
                    if (to != Symbols.Dead && (!mustName || toName != Symbols.Dead) && seen.Add((to, toName)))
                    {
                        reached.Add((to, toName, i, symbol));
                    }
                }
            }

            if (reached.Count > MaxPairs)
            {
                effort.GiveUp($"names of files and their aliases meet in more than {MaxPairs:N0} ways");
            }
        }
    }

    private void AddPair(
        int name,
        int alias,
        string anchor,
        string divider,
        List<(int Alias, int Name, int From, int Symbol)> reached,
        int at
    )
    {
        if (name < 0 || _known.Contains((name, alias)))
        {
            return;
        }

        var (whole, rest) = (new List<int>(), new List<int>());
        for (; reached[at].From >= 0; at = reached[at].From)
        {
            whole.Add(reached[at].Symbol);
            if (reached[at].Name != Symbols.Dead && reached[reached[at].From].Name != Symbols.Dead)
            {
                rest.Add(reached[at].Symbol);
            }
        }

        whole.Reverse();
        rest.Reverse();
        Add(new Atom(name, alias, anchor + divider + TextAtoms.TextOf(rest), TextAtoms.TextOf(whole)));
    }

    private void Add(Atom atom)
    {
        if (_known.Add((atom.NameLabels, atom.AliasLabels)))
        {
            _atoms.Add(atom);
        }
    }

    private static int Run(TextMachine machine, int state, string text)
    {
        foreach (var symbol in text)
        {
            state = state == Symbols.Dead ? state : machine.Step(state, symbol);
        }

        return state;
    }

    private sealed record Atom(int NameLabels, int AliasLabels, string Name, string? Alias);
}
