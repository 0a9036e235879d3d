using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bartizan.Vault.Keys;

namespace Bartizan.Vault.Identity;

/// <summary>
/// The instance's keys for agents' tokens: one signs, the ones before it are published until no token of theirs is good any more.
/// <code>
/// made ──── signs (30 days, or until rotated) ──── published for a further hour ──── forgotten
/// </code>
/// </summary>
public sealed class IdentityKeys(IKeyDisk disk, TimeProvider clock) : IDisposable
{
    /// <summary>How long one key signs.</summary>
    public static readonly TimeSpan ReplaceAfter = TimeSpan.FromDays(30);

    /// <summary>How long a key that signs no more is published: longer than a token lives, and than a verifier may keep the set.</summary>
    public static readonly TimeSpan PublishFor = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private ImmutableArray<IdentityKey> _keys;

    /// <summary>The key set that verifies tokens (RFC 7517, 5), as JSON.</summary>
    /// <exception cref="IOException">The keys can't be read or written.</exception>
    public string PublicSet()
    {
        var keys = Now().Select(key => (JsonNode)key.ToPublic()).Reverse().ToArray();
        return new JsonObject { ["keys"] = new JsonArray(keys) }.ToJsonString();
    }

    /// <summary>Puts a new key in the place of the one that signs.</summary>
    /// <returns>Its name.</returns>
    /// <exception cref="IOException">The keys can't be read or written.</exception>
    public string Rotate()
    {
        lock (_lock)
        {
            return Replace(Read())[^1].Id;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _keys.IsDefault ? [] : _keys)
        {
            key.Dispose();
        }
    }

    /// <summary>The key that signs now.</summary>
    internal IdentityKey Signing() => Now()[^1];

    /// <summary>The key of a name, while it is published; null for any other.</summary>
    internal IdentityKey? Find(string id) => Now().FirstOrDefault(key => key.Id == id);

    private ImmutableArray<IdentityKey> Now()
    {
        lock (_lock)
        {
            var keys = Read();
            return keys.IsEmpty || clock.GetUtcNow() >= keys[^1].Made + ReplaceAfter ? Replace(keys) : keys;
        }
    }

    // A key stops to sign when the next one is made.
    private ImmutableArray<IdentityKey> Replace(ImmutableArray<IdentityKey> before)
    {
        var now = clock.GetUtcNow();
        var kept = before.Where((_, i) => i + 1 == before.Length || now < before[i + 1].Made + PublishFor);
        ImmutableArray<IdentityKey> keys = [.. kept, IdentityKey.Make(now)];
        disk.Replace(new JsonArray([.. keys.Select(key => (JsonNode)key.ToKept())]).ToJsonString());
        return _keys = keys;
    }

    private ImmutableArray<IdentityKey> Read()
    {
        if (!_keys.IsDefault)
        {
            return _keys = Published(_keys);
        }

        try
        {
            return _keys = disk.Read() is { } text
                ? Published([.. JsonNode.Parse(text)!.AsArray().Select(kept => IdentityKey.Read(kept!))])
                : [];
        }
        catch (Exception e)
            when (e
                    is JsonException
                        or CryptographicException
                        or FormatException
                        or InvalidOperationException
                        or NullReferenceException
            )
        {
            throw new IOException(
                "the file of the identity's keys can't be read; move it away, and others are made",
                e
            );
        }
    }

    private ImmutableArray<IdentityKey> Published(ImmutableArray<IdentityKey> keys)
    {
        var now = clock.GetUtcNow();
        return keys.Length < 2 || now < keys[1].Made + PublishFor ? keys : Published(keys.RemoveAt(0));
    }
}
