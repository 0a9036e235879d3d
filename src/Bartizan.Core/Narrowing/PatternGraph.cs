using System.Runtime.InteropServices;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// The patterns of one dimension as one nondeterministic automaton. A node is what is left of a pattern; patterns
/// that end alike and mean the same sets share their nodes.
/// </summary>
internal sealed class PatternGraph(Symbols symbols)
{
    private readonly Dictionary<Node, int> _numbers = [];
    private readonly List<Node> _nodes = [];
    private readonly SortedSet<int> _starts = [];

    private enum Kind
    {
        /// <summary>The pattern's end; the value is its label.</summary>
        Done,

        /// <summary><c>**</c>: within some segment that it takes.</summary>
        Segments,

        /// <summary>A symbol; the value is it.</summary>
        Symbol,

        /// <summary><c>*</c>: any text within a segment; the value is 1 where a slash ends it.</summary>
        Star,

        /// <summary><c>*</c> that takes one symbol at least.</summary>
        StarPlus,

        /// <summary>A segment's end.</summary>
        SegmentEnd,

        /// <summary>The folders before a program's base name.</summary>
        Folders,
    }

    /// <summary>The nodes before the first symbol.</summary>
    public IEnumerable<int> Starts => _starts;

    /// <summary>Adds a pattern; its label is told of the texts that fit.</summary>
    public void Add(SegmentPattern pattern, int label, bool firstByBaseName = false)
    {
        var next = Intern(new(Kind.Done, label, 0));
        var segments = pattern.Segments;
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            // Only `**` stands before it: it can be the first word of a command.
            if (firstByBaseName && segments[i] is { } glob && segments.Take(i).All(s => s is null))
            {
                AddBaseName(glob, next);
            }

            next = segments[i] is { } segment
                ? AddGlob(segment, next, noSlash: false)
                : Intern(new(Kind.Segments, 0, next));
        }

        Enter(next, _starts);
    }

    /// <summary>Adds a pattern of one segment.</summary>
    public void Add(Glob glob, int label) =>
        Enter(AddGlob(glob, Intern(new(Kind.Done, label, 0)), noSlash: false), _starts);

    /// <summary>The label of a node whose pattern takes a text that ends here, or -1.</summary>
    public int LabelAtEnd(int node)
    {
        if (_nodes[node].Kind is not (Kind.SegmentEnd or Kind.Segments))
        {
            return -1;
        }

        var rest = _nodes[_nodes[node].Next];
        while (rest.Kind == Kind.Segments)
        {
            rest = _nodes[rest.Next];
        }

        return rest.Kind == Kind.Done ? rest.Value : -1;
    }

    /// <summary>The label of a node that takes whatever follows, or -1.</summary>
    public int LabelForEver(int node) =>
        _nodes[node] is { Kind: Kind.Segments, Next: var next } && _nodes[next].Kind == Kind.Done
            ? _nodes[next].Value
            : -1;

    /// <summary>The label that a node leads to.</summary>
    public int LabelOf(int node)
    {
        while (_nodes[node].Kind != Kind.Done)
        {
            node = _nodes[node].Next;
        }

        return _nodes[node].Value;
    }

    /// <summary>Adds the symbols that a node treats unlike others.</summary>
    public void Name(int node, HashSet<int> named)
    {
        var (kind, value, _) = _nodes[node];
        if (kind == Kind.Symbol)
        {
            named.Add(value);
        }
        else if (kind == Kind.Folders || (kind is Kind.Star or Kind.StarPlus && value == 1))
        {
            named.Add('/');
        }
    }

    /// <summary>Adds the nodes after a symbol.</summary>
    public void Step(int node, int symbol, ISet<int> to)
    {
        var (kind, value, next) = _nodes[node];
        var divides = symbol == symbols.Divider;
        switch (kind)
        {
            case Kind.Segments when !divides:
                to.Add(node);
                break;
            case Kind.Segments:
                Enter(node, to);
                break;
            case Kind.SegmentEnd when divides:
                Enter(next, to);
                break;
            case Kind.Symbol when symbol == value:
                Within(next, to);
                break;
            case Kind.Star when !divides && !(value == 1 && symbol == '/'):
                Within(node, to);
                break;
            case Kind.StarPlus when !divides && !(value == 1 && symbol == '/'):
                Within(Intern(new(Kind.Star, value, next)), to);
                break;
            case Kind.Folders when !divides:
                to.Add(node);
                if (symbol == '/')
                {
                    Within(next, to);
                }

                break;
            default:
                break;
        }
    }

    // Before a segment: `**` may take it, or leave it to what follows.
    private void Enter(int node, ISet<int> to)
    {
        while (_nodes[node].Kind == Kind.Segments)
        {
            to.Add(node);
            node = _nodes[node].Next;
        }

        if (_nodes[node].Kind != Kind.Done)
        {
            Within(node, to);
        }
    }

    // Within a segment: `*` may stand for nothing.
    private void Within(int node, ISet<int> to)
    {
        to.Add(node);
        while (_nodes[node].Kind == Kind.Star)
        {
            node = _nodes[node].Next;
            to.Add(node);
        }
    }

    private int AddGlob(Glob glob, int next, bool noSlash)
    {
        var node = Intern(new(Kind.SegmentEnd, 0, next));
        var text = glob.Text;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            // Stars alone don't stand for nothing, except for an empty word of a command.
            var plus =
                i == 0 && text.All(c => c == '*') && (noSlash || symbols.Divider != Symbols.WordEnd || !glob.IsAny);
            node = Intern(
                text[i] == '*'
                    ? new(plus ? Kind.StarPlus : Kind.Star, noSlash ? 1 : 0, node)
                    : new(Kind.Symbol, text[i], node)
            );
        }

        return node;
    }

    private void AddBaseName(Glob glob, int next)
    {
        if (!glob.Text.Contains('/', StringComparison.Ordinal) && glob.Text.Length > 0)
        {
            _starts.Add(Intern(new(Kind.Folders, 0, AddGlob(glob, next, noSlash: true))));
        }
    }

    private int Intern(Node node)
    {
        if (!_numbers.TryGetValue(node, out var number))
        {
            _numbers.Add(node, number = _nodes.Count);
            _nodes.Add(node);
        }

        return number;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Node(Kind Kind, int Value, int Next);
}
