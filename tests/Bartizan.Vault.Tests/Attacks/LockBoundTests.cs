using System.Collections.Immutable;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Tests.Attacks;

public sealed class LockBoundTests
{
    private static readonly VaultLock _good = new()
    {
        Kind = LockKind.Shares,
        Threshold = 2,
        Salt = [.. new byte[16]],
        ShareDigests = [.. Enumerable.Repeat(new byte[32].ToImmutableArray(), 3)],
    };

    [Fact]
    public void A_lock_of_impossible_shares_or_without_salt_is_none()
    {
        Read(_good).Shares.ShouldBe(3);

        foreach (
            var wrong in new[]
            {
                _good with
                {
                    Threshold = 0,
                },
                _good with
                {
                    Threshold = 1,
                },
                _good with
                {
                    Threshold = 4,
                },
                _good with
                {
                    ShareDigests = [],
                },
                _good with
                {
                    Salt = [1, 2, 3],
                },
                _good with
                {
                    Salt = [.. new byte[65]],
                },
                _good with
                {
                    Kind = LockKind.KeyFile,
                },
                new VaultLock { Kind = LockKind.Passphrase, Rounds = 600_000 },
                new VaultLock
                {
                    Kind = LockKind.Passphrase,
                    Rounds = 1,
                    Salt = _good.Salt,
                },
            }
        )
        {
            Should.Throw<InvalidDataException>(() => Read(wrong), wrong.ToString());
        }
    }

    private static VaultLock Read(VaultLock written)
    {
        var to = new FieldWriter();
        written.Write(to);
        var from = new FieldReader(to.Written);
        return VaultLock.Read(ref from);
    }
}
