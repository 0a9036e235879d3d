using Bartizan.Core.Ports;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Sealing;
using Bartizan.Vault.Stores;

namespace Bartizan.Vault.Tests;

public sealed class SealedVaultTests
{
    [Fact]
    public void What_was_written_is_there_after_a_start()
    {
        using var one = new OneVault();
        one.Set("anthropic/triage", "sk-one");
        one.Set("github/triage", "ghp-two");
        using var again = one.Again();
        again.Standing.ShouldBe(VaultStanding.Sealed);

        again.Unseal(one.Key, one.Known);

        OneVault.Read(again, "anthropic/triage").ShouldBe("sk-one");
        OneVault.Read(again, "github/triage").ShouldBe("ghp-two");
        again.Mark.ShouldBe(one.Known);
    }

    [Fact]
    public void A_value_is_sealed_where_it_lies()
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one-two-three-four");

        one.Disk.Content!.AsSpan().IndexOf("sk-one"u8).ShouldBe(-1);
        one.Disk.Content!.AsSpan().IndexOf("a/b"u8).ShouldBe(-1);
    }

    [Fact]
    public void Another_key_opens_nothing()
    {
        using var one = new OneVault();
        using var other = KeyBytes.Random(SealedBox.KeyBytes);
        using var again = one.Again();

        Should.Throw<VaultRefusedException>(() => again.Unseal(other, one.Known)).Message.ShouldContain("doesn't open");
        again.Standing.ShouldBe(VaultStanding.Sealed);
    }

    [Fact]
    public void A_new_lock_opens_it_and_the_old_one_does_not()
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one");
        using var key = KeyBytes.Random(SealedBox.KeyBytes);

        one.Vault.Rekey(new VaultLock { Kind = LockKind.KeyFile, Place = "other" }, key);

        using var again = one.Again();
        Should.Throw<VaultRefusedException>(() => again.Unseal(one.Key, one.Known));
        again.Unseal(key, one.Known);
        OneVault.Read(again, "a/b").ShouldBe("sk-one");
    }

    [Theory]
    [InlineData(DiskFault.Before)]
    [InlineData(DiskFault.Torn)]
    [InlineData(DiskFault.After)]
    public void A_write_that_fails_leaves_memory_and_disk_as_one(object fault)
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one");
        one.Disk.Next = (DiskFault)fault;

        Should.Throw<IOException>(() => one.Set("c/d", "sk-two"));

        if ((DiskFault)fault == DiskFault.Torn)
        {
            one.Vault.Standing.ShouldBe(VaultStanding.Sealed);
            one.Vault.Problem.ShouldNotBeNull();
            return;
        }

        using var again = one.Again();
        again.Unseal(one.Key, one.Known);
        again.Mark.ShouldBe(one.Vault.Mark);
        again.Records.Select(r => r.Path).ShouldBe(one.Vault.Records.Select(r => r.Path));
        one.Vault.Records.Length.ShouldBe((DiskFault)fault == DiskFault.After ? 2 : 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    public void A_path_that_is_none_is_refused(string path)
    {
        using var one = new OneVault();

        Should.Throw<VaultRefusedException>(() => one.Set(path, "sk-one"));
    }

    [Fact]
    public void A_second_value_is_written_by_rotating_only_and_a_number_is_never_used_twice()
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one").ShouldBe(1);
        Should.Throw<VaultRefusedException>(() => one.Set("a/b", "sk-two"));

        one.Rotate("a/b", "sk-two", TimeSpan.Zero).ShouldBe(2);
        one.Vault.Remove("a/b");
        one.Vault.Records.ShouldBeEmpty();
        one.Set("a/b", "sk-three").ShouldBe(3);
        one.Vault.Revoke("a/b", null);
        one.Set("a/b", "sk-four").ShouldBe(4);
    }

    [Fact]
    public void What_is_revoked_expired_missing_or_somebody_elses_is_denied_in_a_sentence()
    {
        using var one = new OneVault();
        one.Set("a/revoked", "sk-1");
        one.Vault.Revoke("a/revoked", null);
        one.Set("a/expired", "sk-2", new VaultTerms { Expires = one.Clock.Now.AddDays(1) });
        one.Set("a/other", "sk-3", new VaultTerms { Agents = ["billing"] });
        one.Clock.Now = one.Clock.Now.AddDays(1);

        Why("a/revoked").ShouldContain("was revoked");
        Why("a/expired").ShouldContain("has expired");
        Why("a/other").ShouldContain("isn't lent to the agent `triage`");
        Why("a/missing").ShouldContain("the vault has no `a/missing`");
        OneVault.Read(one.Vault, "a/other", "billing").ShouldBe("sk-3");
        one.Vault.Seal();
        Why("a/other").ShouldContain("the vault is sealed");

        string Why(string path) =>
            Should.Throw<CredentialUnavailableException>(() => one.Vault.Take("key", path, "triage", null)).Message;
    }

    [Fact]
    public void A_revoked_value_is_gone_from_the_file()
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one");
        var before = one.Disk.Content!.Length;

        one.Vault.Revoke("a/b", 1).ShouldBe([1]);

        VaultFile.Parse(one.Disk.Content!).Boxes.Length.ShouldBe(0);
        one.Disk.Content.Length.ShouldBeLessThan(before);
    }
}
