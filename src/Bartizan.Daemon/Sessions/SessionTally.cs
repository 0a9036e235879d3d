using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Daemon.Sessions;

/// <summary>What a session did, added up from its entries as they go by: for the lines a person sees at the end.</summary>
public sealed class SessionTally
{
    /// <summary>Distinct names kept of each kind; what comes after only counts.</summary>
    private const int MaxNames = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RefusalTally> _refusals = new(StringComparer.Ordinal);
    private readonly HashSet<string> _observed = new(StringComparer.Ordinal);
    private readonly List<string> _newHosts = [];
    private long _entries;
    private long _calls;
    private long _refused;
    private long _microDollars;
    private long _inputTokens;
    private long _outputTokens;

    /// <summary>Hosts that were reached, with how often.</summary>
    public ImmutableArray<KeyValuePair<string, long>> Hosts => Copy(_hosts);

    /// <summary>Hosts that its agent had not opened before.</summary>
    public ImmutableArray<string> NewHosts
    {
        get
        {
            lock (_lock)
            {
                return [.. _newHosts];
            }
        }
    }

    /// <summary>Models that were called, with how often.</summary>
    public ImmutableArray<KeyValuePair<string, long>> Models => Copy(_models);

    /// <summary>Refused targets, each with how often and the rule that would allow it.</summary>
    public ImmutableArray<KeyValuePair<string, RefusalTally>> Refusals
    {
        get
        {
            lock (_lock)
            {
                return [.. _refusals.OrderByDescending(r => r.Value.Count).ThenBy(r => r.Key, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>What only <c>--observe</c> let pass: the rules that would allow it.</summary>
    public ImmutableArray<string> Observed
    {
        get
        {
            lock (_lock)
            {
                return [.. _observed.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Model tokens: in and out.</summary>
    public (long Input, long Output) Tokens
    {
        get
        {
            lock (_lock)
            {
                return (_inputTokens, _outputTokens);
            }
        }
    }

    /// <summary>Its entries.</summary>
    public long Entries => Volatile.Read(ref _entries);

    /// <summary>Actions that were granted.</summary>
    public long Calls => Volatile.Read(ref _calls);

    /// <summary>Actions that were refused.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>What was spent, in millionths of a US dollar, where prices are known.</summary>
    public long MicroDollars => Volatile.Read(ref _microDollars);

    /// <summary>Adds an entry up.</summary>
    public void Add(Entry entry)
    {
        lock (_lock)
        {
            _entries++;
            _calls += entry.Kind == EntryKind.Intent ? 1 : 0;
            _refused += entry.Kind == EntryKind.Refusal ? entry.Count : 0;
            _microDollars += entry is { Kind: EntryKind.Outcome, Spend: { } spent } ? spent.MicroDollars : 0;
            switch (entry.Kind)
            {
                case EntryKind.Intent when entry.Verb == Verb.Model:
                    Count(_models, entry.Target!);
                    break;
                case EntryKind.Intent when entry.Verb is Verb.Http or Verb.Connect:
                    Count(_hosts, Host(entry.Target!));
                    break;
                case EntryKind.Finding when entry.Detail == Journals.NewHosts.Head && _newHosts.Count < MaxNames:
                    _newHosts.Add(entry.Target!);
                    break;
                case EntryKind.Outcome when entry.Usage is { } usage:
                    _inputTokens += usage.InputTokens;
                    _outputTokens += usage.OutputTokens;
                    break;
                case EntryKind.Refusal when _refusals.Count < MaxNames:
                    var key = $"{entry.Verb.ToString().ToLowerInvariant()} {entry.Target}";
                    var before = _refusals.GetValueOrDefault(key);
                    _refusals[key] = new RefusalTally(
                        (before?.Count ?? 0) + entry.Count,
                        entry.Needed ?? before?.Needed,
                        entry.Reason ?? ""
                    );
                    break;
            }

            if (entry is { Kind: EntryKind.Intent, Observed: true, Needed: { } rule } && _observed.Count < MaxNames)
            {
                _observed.Add(rule);
            }
        }
    }

    private static void Count(Dictionary<string, long> names, string name)
    {
        if (names.Count < MaxNames || names.ContainsKey(name))
        {
            names[name] = names.GetValueOrDefault(name) + 1;
        }
    }

    // `GET http://host:80/path` or `host:443`
    private static string Host(string target)
    {
        var start = target.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
        {
            return target;
        }

        var rest = target[(start + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? rest : rest[..slash];
    }

    private ImmutableArray<KeyValuePair<string, long>> Copy(Dictionary<string, long> names)
    {
        lock (_lock)
        {
            return [.. names.OrderByDescending(n => n.Value).ThenBy(n => n.Key, StringComparer.Ordinal)];
        }
    }
}
