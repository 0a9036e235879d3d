using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>
/// The rules of one layer for one verb, filed by what a target must be to fit them. A target comes in, a set of rules comes
/// out: every rule that applies, and few others; each of them is then asked as the specification asks all of them.
/// </summary>
/// <remarks>
/// <code>
///   host ─ whole│start│end ┐
///   path ─ whole│start│end ┼─ AND ─ candidates ─ each asked exactly: pattern, expiry, arguments, condition
///   port · method ─────────┘
///   file ─ whole│start│end│one of its segments ─ candidates
/// </code>
/// INVARIANT: it may name too many rules, never too few. Immutable once made, and so safe for any number of threads; a
/// reload makes another and swaps the policy.
/// </remarks>
internal sealed class DecisionTable
{
    /// <summary>Characters of a name or command that are looked at: no pattern is longer, so no key is.</summary>
    private const int MaxComposed = TargetPattern.MaxLength + 1;

    private readonly int _count;
    private readonly ulong[] _takes;
    private readonly TextIndex _text;
    private readonly TextIndex _path;
    private readonly TextIndex _program;
    private readonly ValueIndex<int> _ports;
    private readonly ValueIndex<string> _methods;
    private readonly bool _readsPath;
    private readonly bool _readsProgram;

    /// <summary>Files the rules of a verb.</summary>
    public DecisionTable(ReadOnlySpan<CompiledRule> rules)
    {
        _count = rules.Length;
        Words = BitSet.WordsFor(_count);
        _takes = new ulong[Words];
        (_text, _path, _program) = (new(_count, '/'), new(_count), new(_count));
        (_ports, _methods) = (new(_count), new(_count));
        for (var i = 0; i < rules.Length; i++)
        {
            if (rules[i].Rule.Effect != Effect.Allow)
            {
                BitSet.Add(_takes, i);
            }

            if (rules[i] is { IsBroken: true, Rule.Effect: not Effect.Allow })
            {
                AddAnywhere(i);
            }

            foreach (var pattern in rules[i].Patterns)
            {
                _readsPath |= pattern is HttpPattern { Path: not null };
                _readsProgram |= pattern is ExecPattern { AnyFolder: true };
                Add(i, pattern);
            }
        }

        _text.Seal();
        _path.Seal();
        _program.Seal();
        _ports.Seal();
        _methods.Seal();
    }

    /// <summary>Words of a set of these rules.</summary>
    public int Words { get; }

    /// <summary>Puts the rules that may apply into an empty set.</summary>
    public void Collect(ActionTarget target, Span<ulong> set)
    {
        switch (target)
        {
            case ConnectTarget connect:
                _text.Collect(connect.Host.Text, set);
                _ports.Narrow(set, connect.Port);
                break;
            case HttpTarget http:
                CollectHttp(http, set);
                break;
            case FileTarget file:
                CollectNames(file.Names, set);
                CollectNames(file.Aliases, set);
                break;
            case ExecTarget { IsOpaque: true }:
                _takes.CopyTo(set);
                break;
            case ExecTarget exec:
                CollectCommand(exec.Argv, set);
                foreach (var spelling in exec.Spellings)
                {
                    CollectCommand(spelling, set);
                }

                break;
            case ModelTarget model:
                CollectPair(model.Provider, model.Model, set);
                break;
            case ToolTarget tool:
                CollectPair(tool.Server, tool.Tool, set);
                break;
            case ServeTarget serve when serve.Path.StartsWith('/'):
                CollectPair(serve.Method, serve.Path.AsSpan(1), set);
                break;
            case DelegateTarget agent:
                _text.Collect(agent.Agent, set);
                break;
            default:
                BitSet.Fill(set, _count);
                break;
        }
    }

    /// <summary>Puts the rules that one name of a file may fit into an empty set.</summary>
    public void Collect(string name, Span<ulong> set) => _text.Collect(name, set);

    private void AddAnywhere(int rule)
    {
        _text.AddAnywhere(rule);
        _path.AddAnywhere(rule);
        _program.AddAnywhere(rule);
        _ports.Add(rule, default, isAny: true);
        _methods.Add(rule, null, isAny: true);
    }

    private void Add(int rule, TargetPattern pattern)
    {
        switch (pattern)
        {
            case ConnectPattern connect:
                _text.Add(rule, EndsOf(connect.Host));
                _ports.Add(rule, connect.Port ?? 0, connect.Port is null);
                break;
            case HttpPattern http:
                _text.Add(rule, EndsOf(http.Host));
                _ports.Add(rule, http.Port ?? 0, http.Port is null);
                _methods.Add(rule, http.Method, http.Method is null);
                _path.Add(rule, http.Path is { } path ? LiteralEnds.Of(path, '/') : LiteralEnds.None);
                break;
            case PathPattern file:
                _text.Add(rule, LiteralEnds.WithInside(file.Segments, '/'));
                break;
            case ExecPattern exec:
                // By its end nothing is found: a command may be long, and only its start is composed.
                var words = LiteralEnds.Of(exec.Words, ' ') with
                {
                    End = "",
                };
                (exec.AnyFolder ? _program : _text).Add(rule, words);
                break;
            case NamePattern name:
                _text.Add(rule, EndsOf(name));
                break;
            default:
                AddAnywhere(rule);
                break;
        }
    }

    private static LiteralEnds EndsOf(HostPattern host) =>
        host.Exact is { } exact ? new(exact.Text, "", true)
        : host.IsEverything || host.Labels is not { } labels ? LiteralEnds.None
        : LiteralEnds.Of(labels, '.');

    private static LiteralEnds EndsOf(NamePattern name)
    {
        if (name is { Verb: not Verb.Serve, Head.IsLiteral: true, Rest.IsLiteral: true })
        {
            return new(name.Canonical, "", true);
        }

        if (name.Head is { IsLiteral: true } head)
        {
            return LiteralEnds.Of(name.Rest, '/', head.Text + "/");
        }

        var rest = LiteralEnds.Of(name.Rest, '/');
        return name.Verb == Verb.Delegate
            ? rest
            : new(name.Head?.Text.Split('*')[0] ?? "", rest.IsWhole ? rest.Start : rest.End, false);
    }

    private void CollectHttp(HttpTarget http, Span<ulong> set)
    {
        _text.Collect(http.Host.Text, set);
        _ports.Narrow(set, http.Port);
        _methods.Narrow(set, http.Method);
        if (!_readsPath || !http.Path.StartsWith('/'))
        {
            return;
        }

        Span<ulong> byPath = Words <= Candidates.MaxOnStack ? stackalloc ulong[Words] : new ulong[Words];
        byPath.Clear();
        _path.Collect(http.Path.AsSpan(1), byPath);
        BitSet.Intersect(set, byPath);
    }

    private void CollectNames(ImmutableArray<string> names, Span<ulong> set)
    {
        foreach (var name in names)
        {
            _text.Collect(name, set);
        }
    }

    private void CollectPair(ReadOnlySpan<char> head, ReadOnlySpan<char> rest, Span<ulong> set)
    {
        Span<char> room = stackalloc char[MaxComposed];
        var text = new Composed(room);
        text.Append(head);
        text.Append("/");
        text.Append(rest);
        _text.Collect(text.Written, set, text.IsCut);
        if (text.IsCut)
        {
            _text.CollectFromEnd(rest, set);
        }
    }

    private void CollectCommand(ImmutableArray<string> words, Span<ulong> set)
    {
        Span<char> room = stackalloc char[MaxComposed];
        var text = Compose(words, 0, room);
        _text.Collect(text.Written, set, text.IsCut);
        if (!_readsProgram)
        {
            return;
        }

        _program.Collect(text.Written, set, text.IsCut);
        if (words[0].LastIndexOf('/') is var slash and >= 0)
        {
            text = Compose(words, slash + 1, room);
            _program.Collect(text.Written, set, text.IsCut);
        }
    }

    private static Composed Compose(ImmutableArray<string> words, int from, Span<char> room)
    {
        var text = new Composed(room);
        text.Append(words[0].AsSpan(from));
        for (var i = 1; i < words.Length && !text.IsCut; i++)
        {
            text.Append(" ");
            text.Append(words[i]);
        }

        return text;
    }

    /// <summary>A text that is put together as far as there is room.</summary>
    private ref struct Composed(Span<char> room)
    {
        private readonly Span<char> _room = room;
        private int _length;

        public bool IsCut { get; private set; }

        public readonly ReadOnlySpan<char> Written => _room[.._length];

        public void Append(ReadOnlySpan<char> part)
        {
            var fits = Math.Min(part.Length, _room.Length - _length);
            part[..fits].CopyTo(_room[_length..]);
            _length += fits;
            IsCut |= fits < part.Length;
        }
    }
}
