using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// An argument's text read as a host, as a path or as an address: what the patterns or networks tell apart, and what isn't one.
/// What else is asked of the same argument is looked at apart.
/// </summary>
internal sealed class FormDimension(ArgumentForm form) : FactDimension
{
    private readonly List<ArgumentCheck> _checks = [];
    private readonly List<ArgumentRule> _demands = [];
    private readonly List<bool> _grants = [];
    private readonly List<string?> _witnesses = [];

    /// <summary>The text of an atom as JSON; null for what is no such text.</summary>
    public string? this[int atom] => _witnesses[atom];

    /// <summary>Asks a question; false when it can't be read.</summary>
    public bool TryAsk(string question, ArgumentRule demand, bool grants)
    {
        if (ArgumentCheck.Parse(demand, grants, out _) is not { } check)
        {
            return false;
        }

        if (Name(question))
        {
            _checks.Add(check);
            _demands.Add(demand);
            _grants.Add(grants);
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool TryBuild(Effort effort)
    {
        var texts = Texts(form, _demands, _grants, effort);
        if (texts is null || !CanAsk(texts.Count, effort))
        {
            return false;
        }

        foreach (var text in texts)
        {
            using var json = JsonDocument.Parse(text);
            AddOne(text, [.. _checks.Select(c => c.Judge(json.RootElement))]);
        }

        AddOne(null, [.. _checks.Select(_ => Truth.Unknown)]);
        return true;
    }

    /// <summary>A text for each combination of answers that some text of the form has, as JSON; null when there are too many.</summary>
    public static List<string>? Texts(
        ArgumentForm form,
        IReadOnlyList<ArgumentRule> demands,
        IReadOnlyList<bool> grants,
        Effort effort
    )
    {
        var texts = form switch
        {
            ArgumentForm.Host => Hosts(demands, grants, effort),
            ArgumentForm.File => Files(demands, grants, effort),
            _ => Addresses(demands),
        };
        return effort.GivenUp is null ? [.. texts.Select(t => JsonSerializer.Serialize(t))] : null;
    }

    private void AddOne(string? text, Truth[] answers)
    {
        if (Add(answers) >= 0)
        {
            _witnesses.Add(text);
        }
    }

    private static List<string> Hosts(IReadOnlyList<ArgumentRule> demands, IReadOnlyList<bool> grants, Effort effort)
    {
        var hosts = new HostDimension();
        for (var i = 0; i < demands.Count; i++)
        {
            Alternation.TryExpand(demands[i].Host!, out var patterns, out _);
            foreach (var pattern in patterns)
            {
                if (HostPattern.Parse(pattern, grants[i], out _) is { } parsed)
                {
                    hosts.Name(parsed);
                }
            }
        }

        hosts.Build(effort);
        return
        [
            .. Enumerable
                .Range(0, effort.GivenUp is null ? hosts.Count : 0)
                .Select(atom => hosts.HostOf(atom)?.Text)
                .OfType<string>(),
        ];
    }

    private static List<string> Files(IReadOnlyList<ArgumentRule> demands, IReadOnlyList<bool> grants, Effort effort)
    {
        var files = new TextDimension(Symbols.ArgumentPath);
        for (var i = 0; i < demands.Count; i++)
        {
            Alternation.TryExpand(demands[i].File!, out var patterns, out _);
            foreach (var pattern in patterns)
            {
                if (ArgumentCheck.ParseFile(pattern, grants[i], out _) is { } parsed)
                {
                    files.Name($"{grants[i]} {pattern}", parsed);
                }
            }
        }

        files.Build(effort);
        return
        [
            .. Enumerable.Range(0, effort.GivenUp is null ? files.Count : 0).Select(atom => files.Atoms.Text(atom)),
        ];
    }

    // The first address of each network, the one before it, and the one after its last: between them nothing changes.
    private static List<string> Addresses(IReadOnlyList<ArgumentRule> demands)
    {
        var all = new SortedSet<string>(StringComparer.Ordinal) { "0.0.0.0", "192.0.2.1", "::" };
        foreach (var network in demands.SelectMany(d => d.Networks).Select(IPNetwork.Parse))
        {
            var bytes = network.BaseAddress.GetAddressBytes();
            var bits = bytes.Length * 8;
            var first = ToNumber(bytes);
            var last =
                first
                | (
                    (
                        bits == network.PrefixLength
                            ? UInt128.Zero
                            : (UInt128.One << (bits - network.PrefixLength - 1) << 1) - 1
                    )
                );
            foreach (var number in new[] { first, first - 1, last, last + 1 })
            {
                all.Add(ToAddress(number, network.BaseAddress.AddressFamily).ToString());
            }
        }

        return [.. all];
    }

    private static UInt128 ToNumber(byte[] bytes) => bytes.Aggregate(UInt128.Zero, (n, b) => (n << 8) | b);

    private static IPAddress ToAddress(UInt128 number, AddressFamily family)
    {
        var bytes = new byte[family == AddressFamily.InterNetwork ? 4 : 16];
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            bytes[i] = (byte)(number & byte.MaxValue);
            number >>= 8;
        }

        return new IPAddress(bytes);
    }
}
