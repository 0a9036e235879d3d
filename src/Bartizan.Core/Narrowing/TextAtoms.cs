using System.Text;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// The atoms of a text: all texts that the same patterns take are one atom. Each has a shortest text as its witness.
/// What no text of the canonical form can be is no atom.
/// </summary>
internal sealed class TextAtoms
{
    private readonly List<(int Set, int[] Text)> _atoms = [];

    /// <summary>Explores an automaton, shortest texts first.</summary>
    public TextAtoms(TextMachine machine, Effort effort)
    {
        var reached = new List<(int State, int From, int Symbol)> { (machine.Start, -1, 0) };
        var seen = new HashSet<int> { machine.Start };
        var known = new HashSet<int>();
        var named = new HashSet<int>();
        for (var i = 0; i < reached.Count && effort.GivenUp is null; i++)
        {
            var state = reached[i].State;

            // The empty text comes last: it is a witness only where nothing else is.
            if (i > 0 && machine.LabelsAtEnd(state) is var set and >= 0 && known.Add(set))
            {
                _atoms.Add((set, TextOf(reached, i)));
            }

            named.Clear();
            machine.Name(state, named);
            foreach (var symbol in machine.Symbols.Choices(named))
            {
                if (machine.Step(state, symbol) is var next && next != Symbols.Dead && seen.Add(next))
                {
                    reached.Add((next, i, symbol));
                }
            }
        }

        if (machine.LabelsAtEnd(machine.Start) is var empty and >= 0 && known.Add(empty))
        {
            _atoms.Add((empty, []));
        }
    }

    /// <summary>How many there are.</summary>
    public int Count => _atoms.Count;

    /// <summary>The set of labels whose patterns take an atom.</summary>
    public int LabelsOf(int atom) => _atoms[atom].Set;

    /// <summary>The witness of an atom.</summary>
    public string Text(int atom) => TextOf(_atoms[atom].Text);

    /// <summary>The witness of an atom, word by word.</summary>
    public IEnumerable<string> Words(int atom)
    {
        var word = new StringBuilder();
        foreach (var symbol in _atoms[atom].Text)
        {
            if (symbol == Symbols.WordEnd)
            {
                yield return word.ToString();
                word.Clear();
            }
            else
            {
                word.Append((char)symbol);
            }
        }

        yield return word.ToString();
    }

    /// <summary>Symbols as text.</summary>
    public static string TextOf(IEnumerable<int> symbols) => string.Concat(symbols.Select(s => (char)s));

    private static int[] TextOf(List<(int State, int From, int Symbol)> reached, int at)
    {
        var text = new List<int>();
        for (; reached[at].From >= 0; at = reached[at].From)
        {
            text.Add(reached[at].Symbol);
        }

        text.Reverse();
        return [.. text];
    }
}
