using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Flow;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>Which calls write into stores behind tools and which read from them, made ready. Pure.</summary>
public sealed class StoreTable
{
    // The name of a server without anything that a pattern may mean by more.
    private static readonly SearchValues<char> s_plain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    );

    private readonly ImmutableArray<Store> _stores;

    private StoreTable(TrustTerms terms) =>
        _stores = [
            .. terms.Stores.Select(store => new Store(
                [.. store.Write.SelectMany(pattern => FlowTable.Compile(Verb.Tool, pattern, store.Position))],
                [.. store.Read.SelectMany(pattern => FlowTable.Compile(Verb.Tool, pattern, store.Position))],
                store.Key
            )
            {
                Servers = [.. store.Write.Select(pattern => pattern.Split('/')[0])],
            }),
        ];

    /// <summary>The table of a manifest; null when it names no store.</summary>
    public static StoreTable? Of(TrustTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return terms.Stores.IsEmpty ? null : new StoreTable(terms);
    }

    /// <summary>The lines of the normal form, one for each tool.</summary>
    public static IEnumerable<string> LinesOf(TrustTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return terms
            .Stores.SelectMany(store =>
                store
                    .Write.Select(pattern => Line("writes", pattern, store))
                    .Concat(store.Read.Select(pattern => Line("reads", pattern, store)))
            )
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
    }

    /// <summary>
    /// What stands for a server's stores wherever they are named, in this manifest and in others: its address or its command. Two names of
    /// one server mean the same stores.
    /// </summary>
    public static string StoreOf(Manifest manifest, string server)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (manifest.Git.TryGetValue(server, out var host))
        {
            return host.Url.AbsoluteUri;
        }

        return manifest.Servers.GetValueOrDefault(server) switch
        {
            { Url: { } url } => url.AbsoluteUri,
            { Command: var command } => JsonSerializer.Serialize(command.AsSpan().ToArray()),
            null => $"the tools of {server}",
        };
    }

    /// <summary>True when a tool of a server may write into a store.</summary>
    public bool MayWrite(string server) =>
        _stores.Any(store =>
            store.Servers.Any(one =>
                one.AsSpan().IndexOfAnyExcept(s_plain) >= 0
                || string.Equals(one, server, StringComparison.OrdinalIgnoreCase)
            )
        );

    /// <summary>The keys that a call writes; null when it writes none.</summary>
    public StoreKeys? WrittenBy(ToolTarget tool, JsonElement arguments) => KeysOf(tool, arguments, writes: true);

    /// <summary>
    /// The keys that a call reads; null when it reads none. One that is seen is enough: what was written carries each of its keys.
    /// </summary>
    public StoreKeys? ReadBy(ToolTarget tool, JsonElement arguments) => KeysOf(tool, arguments, writes: false);

    private StoreKeys? KeysOf(ToolTarget tool, JsonElement arguments, bool writes)
    {
        StoreKeys? keys = null;
        foreach (var store in _stores)
        {
            if (!FlowTable.Fits(writes ? store.Write : store.Read, tool))
            {
                continue;
            }

            var named = StoreKeys.Of(arguments, store.Key);
            if (
                !writes
                && named is { IsWhole: true, Keys.IsEmpty: false }
                && !StoreKeys.HasUnseen(arguments, store.Key)
            )
            {
                named = named with { IsWhole = false };
            }

            keys = keys?.With(named) ?? named;
        }

        return keys;
    }

    private static string Line(string verb, string pattern, TrustStore store)
    {
        var lines = FlowTable.Compile(Verb.Tool, pattern, store.Position)[0].Lines.Order(StringComparer.Ordinal);
        var keys = store.Key.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return $"trust store: tool {string.Join(' ', lines)} {verb} [{string.Join(' ', keys)}]";
    }

    private sealed record Store(
        ImmutableArray<CompiledRule> Write,
        ImmutableArray<CompiledRule> Read,
        ImmutableArray<string> Key
    )
    {
        public ImmutableArray<string> Servers { get; init; } = [];
    }
}
