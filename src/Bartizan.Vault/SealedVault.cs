using System.Collections.Immutable;
using System.Security.Cryptography;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Sealing;
using Bartizan.Vault.Stores;

namespace Bartizan.Vault;

/// <summary>
/// The vault of one instance: credentials that can be written and used, and never read back. Its key (from a <see cref="VaultLock"/>)
/// wraps the vault's own key, and each value is sealed under a key made of that one. Every change writes the whole file anew, one
/// generation further, and counts when it is durable. What the log says of the last generation is asked for when it is opened:
/// a file that was put back is told from the one that belongs here.
/// </summary>
public sealed partial class SealedVault : IDisposable
{
    private readonly Lock _lock = new();
    private readonly IVaultDisk _disk;
    private readonly TimeProvider _clock;
    private VaultFile? _file;
    private VaultState _state = VaultState.Empty;
    private KeyBytes? _inner;

    /// <summary>Looks at what lies there; nothing is opened.</summary>
    public SealedVault(IVaultDisk disk, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(disk);
        _disk = disk;
        _clock = clock;
        Look();
    }

    /// <summary>How it stands.</summary>
    public VaultStanding Standing =>
        _inner is not null ? VaultStanding.Open
        : _file is not null || Problem is not null ? VaultStanding.Sealed
        : VaultStanding.None;

    /// <summary>Why it isn't open, when that isn't only a key that nobody gave yet.</summary>
    public string? Problem { get; private set; }

    /// <summary>Its lock; null when there is no vault.</summary>
    public VaultLock? Lock => _file?.Lock;

    /// <summary>The generation and digest of the file that was read or written last.</summary>
    public VaultMark Mark => _file is { } file ? new(_state.Generation, file.Digest, file.Front) : default;

    /// <summary>The credentials without their values; empty while it is sealed.</summary>
    public ImmutableArray<VaultRecord> Records
    {
        get
        {
            lock (_lock)
            {
                return [.. _state.Records.Values.Where(r => !r.Removed)];
            }
        }
    }

    /// <summary>Makes a vault.</summary>
    /// <param name="front">Its lock.</param>
    /// <param name="key">The lock's key.</param>
    /// <param name="known">The last generation of a vault that was here before, so that its file isn't taken for this one's.</param>
    /// <exception cref="VaultRefusedException">When there is one.</exception>
    public void Create(VaultLock front, KeyBytes key, long known = 0)
    {
        ArgumentNullException.ThrowIfNull(front);
        lock (_lock)
        {
            if (Standing != VaultStanding.None)
            {
                throw new VaultRefusedException("there is a vault here already", "`bartizan vault status` shows it");
            }

            var id = RandomNumberGenerator.GetBytes(VaultFile.IdBytes);
            var inner = KeyBytes.Random(SealedBox.KeyBytes);
            try
            {
                Put(id, front.Around(inner, key, id), VaultState.Empty with { Generation = known + 1 }, inner);
            }
            finally
            {
                DropUnused(inner);
            }
        }
    }

    /// <summary>Forgets the key. Nothing is lent until somebody opens it again.</summary>
    public void Seal()
    {
        lock (_lock)
        {
            _inner?.Dispose();
            _inner = null;
            _state = VaultState.Empty;
        }
    }

    /// <summary>Writes a value: the first version of a credential, or the next one.</summary>
    /// <param name="path">The credential's path.</param>
    /// <param name="value">The value, UTF-8; who calls wipes it.</param>
    /// <param name="terms">Its terms.</param>
    /// <param name="grace">How long leases of the version before still hold; null when there must be none.</param>
    /// <returns>The version's number.</returns>
    /// <exception cref="VaultRefusedException">When it can't be.</exception>
    public int Write(string path, ReadOnlySpan<byte> value, VaultTerms terms, TimeSpan? grace)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (VaultPath.ProblemOf(path) is { } problem)
        {
            throw new VaultRefusedException($"a credential's path {problem}", "for example `anthropic/support-triage`");
        }

        terms.Check();
        SealedValue.Check(value);
        if (grace < TimeSpan.Zero || grace > VaultTerms.Longest)
        {
            throw new VaultRefusedException("the grace is too long", $"at most {VaultTerms.Longest.TotalDays} days");
        }

        lock (_lock)
        {
            var inner = Inner();
            var now = Now();
            var record = _state.Find(path) ?? new VaultRecord(path, []);
            if (grace is null && record.Current is not null)
            {
                throw new VaultRefusedException(
                    $"`{path}` has a value already",
                    $"`bartizan vault rotate {path}` writes the next one"
                );
            }

            if (grace is not null && record.Current is null)
            {
                throw new VaultRefusedException(
                    $"there is no `{path}` to rotate",
                    $"`bartizan vault set {path}` writes the first one"
                );
            }

            var made = new VaultVersion
            {
                Number = (record.Versions.IsEmpty ? 0 : record.Versions[^1].Number) + 1,
                Created = now,
                Terms = terms,
            };
            var box = SealedValue.Seal(inner, _file!.Id, path, made, value);
            made = made with { Box = [.. box], Digest = [.. SHA256.HashData(box)] };
            var before = record.Versions.Select(v => Superseded(v, now, grace ?? TimeSpan.Zero));
            Put(Next(_state.With(new VaultRecord(path, [.. before.TakeLast(VaultRecord.MaxVersions - 1), made]))));
            return made.Number;
        }
    }

    /// <summary>
    /// Writes what came of using a version, under the terms of that one and in its place, where it still is the current one. What a person
    /// revoked or wrote anew meanwhile stays as it is.
    /// </summary>
    /// <returns>The version's number; null where another is current, or none.</returns>
    /// <exception cref="VaultRefusedException">When it can't be.</exception>
    public int? WriteNext(string path, int used, ReadOnlySpan<byte> value)
    {
        lock (_lock)
        {
            var inner = Inner();
            return _state.Find(path)?.Current is not { } current ? null
                : current.Number == used ? Write(path, value, current.Terms, TimeSpan.Zero)
                : IsSame(SealedValue.Open(inner, _file!.Id, path, current), value) ? current.Number
                : null;
        }
    }

    /// <summary>Destroys the value of one version, or of all, at once.</summary>
    /// <returns>The numbers of the versions that had a value.</returns>
    /// <exception cref="VaultRefusedException">When there is none.</exception>
    public ImmutableArray<int> Revoke(string path, int? number)
    {
        lock (_lock)
        {
            _ = Inner();
            var record = Find(path);
            var chosen = record.Versions.Where(v => v.HasValue && (number is null || v.Number == number)).ToList();
            if (chosen.Count == 0)
            {
                throw new VaultRefusedException(
                    $"`{path}` has no such version with a value",
                    "`bartizan vault list` shows them"
                );
            }

            Put(Next(_state.With(chosen.Aggregate(record, (r, v) => r.With(Destroyed(v, Now()))))));
            return [.. chosen.Select(v => v.Number)];
        }
    }

    /// <summary>Takes a credential away: every value of it is destroyed, and it is listed no more.</summary>
    /// <exception cref="VaultRefusedException">When there is none.</exception>
    public void Remove(string path)
    {
        lock (_lock)
        {
            _ = Inner();
            var last = Destroyed(Find(path).Versions[^1], Now());
            Put(Next(_state.With(new VaultRecord(path, [last]) { Removed = true })));
        }
    }

    /// <summary>
    /// Puts another lock in front, and draws another key behind it: whoever has the old lock's key and an old copy of the file opens
    /// that copy, and nothing that is written from now on.
    /// </summary>
    /// <exception cref="VaultRefusedException">When it is sealed, or the key is the one that it has.</exception>
    public void Rekey(VaultLock front, KeyBytes key)
    {
        ArgumentNullException.ThrowIfNull(front);
        lock (_lock)
        {
            var before = Inner();
            RequireOther(key);
            var inner = KeyBytes.Random(SealedBox.KeyBytes);
            try
            {
                var next = Next(_state.Resealed(_file!.Id, before, inner));
                Put(_file.Id, front.Around(inner, key, _file.Id), next, inner);
            }
            finally
            {
                DropUnused(inner);
            }
        }
    }

    /// <summary>Refuses the key that the vault has.</summary>
    /// <exception cref="VaultRefusedException">When it is that one.</exception>
    public void RequireOther(KeyBytes key)
    {
        lock (_lock)
        {
            using var same = _file?.Lock.Open(key, _file.Id);
            if (same is not null)
            {
                throw new VaultRefusedException("that is the key that the vault has", "take another one");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Seal();

    // A version's value goes as soon as no lease can hold on to it any more.
    private static VaultVersion Superseded(VaultVersion version, DateTimeOffset now, TimeSpan grace) =>
        version.Replaced is null ? version with { Replaced = now, Grace = now + grace }
        : version.Grace < now ? version with { Box = [], Digest = [] }
        : version;

    private static VaultVersion Destroyed(VaultVersion version, DateTimeOffset now) =>
        version with
        {
            Revoked = version.Revoked ?? now,
            Replaced = version.Replaced ?? now,
            Box = [],
            Digest = [],
        };

    /// <summary>The terms of a credential's last version; null when there is none.</summary>
    public VaultTerms? TermsOf(string path)
    {
        lock (_lock)
        {
            return _state.Find(path) is { Removed: false } record ? record.Versions[^1].Terms : null;
        }
    }

    // What was written already, and whose entry failed, is there.
    private static bool IsSame(Secret secret, ReadOnlySpan<byte> value)
    {
        var (same, other) = (false, value.ToArray());
        using (secret)
        {
            secret.Use(text => same = System.Text.Encoding.UTF8.GetBytes(text.ToArray()).AsSpan().SequenceEqual(other));
        }

        CryptographicOperations.ZeroMemory(other);
        return same;
    }

    private DateTimeOffset Now() =>
        DateTimeOffset.FromUnixTimeMilliseconds(_clock.GetUtcNow().ToUnixTimeMilliseconds());

    private KeyBytes Inner() =>
        _inner
        ?? throw new VaultRefusedException(
            _file is null ? "there is no vault here" : "the vault is sealed",
            _file is null ? "`bartizan vault init` makes one" : "`bartizan vault unseal` opens it"
        );

    private VaultRecord Find(string path) =>
        _state.Find(path) is { Removed: false } record
            ? record
            : throw new VaultRefusedException($"the vault has no `{path}`", "`bartizan vault list` shows what it has");

    private VaultState Next(VaultState state) =>
        state with
        {
            Generation = state.Generation + 1,
            Before = _file!.Digest,
        };

    private void Put(VaultState next) => Put(_file!.Id, _file.Lock, next, _inner!);

    // INVARIANT: what is in memory is what is on disk; after a write of which nobody knows how it ended, the disk says.
    private void Put(byte[] id, VaultLock front, VaultState next, KeyBytes inner)
    {
        var bytes = VaultFile.Encode(id, front, next, inner);
        if (bytes.Length > VaultFile.MaxBytes)
        {
            throw new VaultRefusedException(
                "the vault's file would be too large",
                "take credentials away that nobody uses"
            );
        }

        var (before, after) = (_file?.Digest, VaultFile.Parse(bytes));
        try
        {
            _disk.Replace(bytes);
        }
        catch
        {
            Look();
            if (_file?.Digest == after.Digest)
            {
                Keep(after, next, inner);
            }
            else if (_file?.Digest != before)
            {
                Seal();
            }

            throw;
        }

        Keep(after, next, inner);
    }

    private void Keep(VaultFile file, VaultState state, KeyBytes inner)
    {
        (_file, _state) = (file, state);
        if (!ReferenceEquals(_inner, inner))
        {
            _inner?.Dispose();
            _inner = inner;
        }
    }

    private void DropUnused(KeyBytes inner)
    {
        if (!ReferenceEquals(_inner, inner))
        {
            inner.Dispose();
        }
    }

    private void Look()
    {
        var last = _file;
        _file = null;
        Problem = null;
        try
        {
            if (_disk.Read() is { } bytes)
            {
                _file = last?.Is(bytes) == true ? last : VaultFile.Parse(bytes);
            }
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            Problem = $"the vault's file can't be read: {e.Message}";
        }
    }
}
