using System.Runtime.InteropServices;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// The deterministic automaton of all patterns of a dimension together, made state by state as it is asked for. A
/// state knows the sets that take whatever follows, and what is left of the other patterns.
/// </summary>
internal sealed class TextMachine(PatternGraph graph, LabelSets labels, Symbols symbols, Effort effort)
{
    /// <summary>States of one automaton; some hundred megabytes and some seconds at the most.</summary>
    private const int MaxStates = 200_000;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<State> _states = [];
    private readonly Dictionary<long, int> _steps = [];

    /// <summary>What the texts are made of.</summary>
    public Symbols Symbols => symbols;

    /// <summary>The state before the first symbol.</summary>
    public int Start => Number(new SortedSet<int>(graph.Starts), 0, symbols.Start);

    /// <summary>The set of labels whose patterns take the text that ends here; -1 where no text ends.</summary>
    public int LabelsAtEnd(int state)
    {
        var (nodes, forEver, at) = _states[state];
        if (!symbols.Accepts(at))
        {
            return -1;
        }

        var all = forEver;
        foreach (var node in nodes)
        {
            all = graph.LabelAtEnd(node) is var label and >= 0 ? labels.Union(all, label) : all;
        }

        return all;
    }

    /// <summary>Adds the symbols that tell texts apart from here on.</summary>
    public void Name(int state, HashSet<int> named)
    {
        foreach (var node in _states[state].Nodes)
        {
            graph.Name(node, named);
        }
    }

    /// <summary>The state after a symbol; <see cref="Symbols.Dead"/> when no text goes on so, or effort ran out.</summary>
    public int Step(int state, int symbol)
    {
        var key = ((long)state << 32) | (uint)symbol;
        if (_steps.TryGetValue(key, out var to))
        {
            return to;
        }

        var (nodes, forEver, at) = _states[state];
        to = Symbols.Dead;
        if (symbols.Step(at, symbol) is var next && next != Symbols.Dead)
        {
            var after = new SortedSet<int>();
            foreach (var node in nodes)
            {
                graph.Step(node, symbol, after);
            }

            to = Number(after, forEver, next);
        }

        _steps.Add(key, to);
        return to;
    }

    private int Number(SortedSet<int> nodes, int forEver, int at)
    {
        foreach (var node in nodes)
        {
            forEver = graph.LabelForEver(node) is var label and >= 0 ? labels.Union(forEver, label) : forEver;
        }

        // What can only lead to sets that take whatever follows anyway is dropped: else each order in which they were
        // met is a state.
        int[] kept = [.. nodes.Where(n => !labels.IsWithin(graph.LabelOf(n), forEver))];
        var key = string.Concat(MemoryMarshal.Cast<int, char>(kept), MemoryMarshal.Cast<int, char>([forEver, at]));
        if (_numbers.TryGetValue(key, out var number))
        {
            return number;
        }

        if (_states.Count >= MaxStates || !effort.Spend(kept.Length + 1))
        {
            effort.GiveUp($"the patterns of one verb overlap in more than {MaxStates:N0} ways");
            return Symbols.Dead;
        }

        _numbers.Add(key, number = _states.Count);
        _states.Add(new State(kept, forEver, at));
        return number;
    }

    private readonly record struct State(int[] Nodes, int ForEver, int At);
}
