using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// A dimension of texts: patterns are named first, then the atoms are made, then each name stands for a set of them.
/// A name may stand for several patterns, all of which count.
/// </summary>
internal sealed class TextDimension(Symbols symbols)
{
    private readonly Dictionary<string, int> _languages = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Pattern, bool BaseName), Named> _patterns = [];
    private readonly LabelSets _labels = new();
    private TextAtoms? _atoms;
    private Dictionary<int, List<int>>? _taken;

    /// <summary>The atoms; there are none before <see cref="Build"/>.</summary>
    public TextAtoms Atoms => _atoms ?? throw new InvalidOperationException("the atoms are not made yet");

    /// <summary>How many atoms there are.</summary>
    public int Count => Atoms.Count;

    /// <summary>The sets of names that atoms belong to.</summary>
    public LabelSets Labels => _labels;

    /// <summary>Gives a pattern a name.</summary>
    public void Name(string name, SegmentPattern pattern, bool firstByBaseName = false)
    {
        var text = string.Join(' ', pattern.Segments.Select(s => s?.Text ?? "**").Select(t => $"{t.Length}:{t}"));
        var named = _patterns.GetValueOrDefault((text, firstByBaseName)) ?? new Named(pattern, null);
        _patterns[(text, firstByBaseName)] = named;
        named.Languages.Add(LanguageOf(name));
    }

    /// <summary>Gives a pattern of one segment a name.</summary>
    public void Name(string name, Glob pattern)
    {
        var named = _patterns.GetValueOrDefault((pattern.Text, false)) ?? new Named(null, pattern);
        _patterns[(pattern.Text, false)] = named;
        named.Languages.Add(LanguageOf(name));
    }

    /// <summary>The automaton of all named patterns.</summary>
    public TextMachine Machine(Effort effort)
    {
        var graph = new PatternGraph(symbols);
        foreach (var ((_, baseName), named) in _patterns)
        {
            var label = _labels.Of(named.Languages);
            if (named.Glob is { } glob)
            {
                graph.Add(glob, label);
            }
            else
            {
                graph.Add(named.Pattern!, label, baseName);
            }
        }

        return new TextMachine(graph, _labels, symbols, effort);
    }

    /// <summary>Makes the atoms.</summary>
    public void Build(Effort effort) => _atoms = new TextAtoms(Machine(effort), effort);

    /// <summary>The atoms that the patterns of a name take.</summary>
    public AtomSet SetOf(string name) =>
        AtomSet.Of(Count, (_taken ??= Taken()).GetValueOrDefault(LanguageOf(name)) ?? []);

    /// <summary>True when a set of labels holds a name.</summary>
    public bool Has(int labels, string name) => Has(labels, LanguageOf(name));

    private bool Has(int labels, int language) => labels > 0 && _labels[labels].BinarySearch(language) >= 0;

    private Dictionary<int, List<int>> Taken()
    {
        var taken = new Dictionary<int, List<int>>();
        for (var atom = 0; atom < Count; atom++)
        {
            foreach (var language in _labels[Atoms.LabelsOf(atom)])
            {
                if (!taken.TryGetValue(language, out var atoms))
                {
                    taken.Add(language, atoms = []);
                }

                atoms.Add(atom);
            }
        }

        return taken;
    }

    private int LanguageOf(string name)
    {
        if (!_languages.TryGetValue(name, out var language))
        {
            _languages.Add(name, language = _languages.Count);
        }

        return language;
    }

    private sealed record Named(SegmentPattern? Pattern, Glob? Glob)
    {
        public HashSet<int> Languages { get; } = [];
    }
}
