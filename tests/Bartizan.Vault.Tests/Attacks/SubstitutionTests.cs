using Bartizan.Vault.Keys;
using Bartizan.Vault.Sealing;
using Bartizan.Vault.Stores;

namespace Bartizan.Vault.Tests.Attacks;

public sealed class SubstitutionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000_000_000)]
    public void A_vault_of_somebody_elses_that_is_put_in_place_stays_sealed_whatever_its_generation(long ahead)
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one");
        var disk = new MemoryDisk();
        using var theirs = KeyBytes.Random(SealedBox.KeyBytes);
        using (var other = new SealedVault(disk, one.Clock))
        {
            other.Create(one.Vault.Lock!, theirs, one.Known.Generation + ahead - 1);
        }

        using var again = one.Again(disk.Content);

        Should
            .Throw<VaultRefusedException>(() => again.CheckFront(one.Known))
            .Message.ShouldContain("its id or its lock");
        Should.Throw<VaultRefusedException>(() => again.Unseal(theirs, one.Known));
        again.Standing.ShouldBe(VaultStanding.Sealed);
        Should.Throw<VaultRefusedException>(() => again.CheckFront(default)).Message.ShouldContain("knows of no vault");
        Should.Throw<VaultRefusedException>(() => again.Unseal(theirs, default));
    }

    [Fact]
    public void One_change_ahead_of_the_log_opens_and_two_do_not()
    {
        using var one = new OneVault();
        var known = one.Known;
        one.Set("a/b", "sk-one");
        using (var again = one.Again())
        {
            again.Unseal(one.Key, known);
            again.Mark.ShouldBe(one.Known);
        }

        one.Set("c/d", "sk-two");
        using var further = one.Again();
        Should.Throw<VaultRefusedException>(() => further.Unseal(one.Key, known));
    }

    [Fact]
    public void The_next_file_of_a_history_that_was_given_up_does_not_follow_on_the_one_that_was_accepted()
    {
        using var one = new OneVault();
        var older = one.Disk.Content!;
        one.Set("a/b", "sk-one");
        var next = one.Disk.Content!;
        using var accepted = one.Again(older);
        accepted.Unseal(one.Key, one.Known, acceptOlder: true);
        using var back = one.Again(next);

        Should.Throw<VaultRefusedException>(() => back.Unseal(one.Key, accepted.Mark));

        using var start = one.Again(older);
        start.Unseal(one.Key, accepted.Mark);
        start.Mark.ShouldBe(accepted.Mark);
    }

    [Fact]
    public void The_old_key_and_an_old_copy_open_nothing_that_is_written_after_a_rekey()
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one");
        one.Set("a/gone", "sk-gone");
        one.Vault.Revoke("a/gone", null);
        var before = VaultFile.Parse(one.Disk.Content!);
        using var stolen = before.Lock.Open(one.Key, before.Id)!;
        using var key = KeyBytes.Random(SealedBox.KeyBytes);

        one.Vault.Rekey(new VaultLock { Kind = LockKind.KeyFile, Place = "other" }, key);
        one.Set("c/d", "sk-two");

        var after = VaultFile.Parse(one.Disk.Content!);
        Should.Throw<InvalidDataException>(() => after.Open(stolen));
        using var inner = after.Lock.Open(key, after.Id)!;
        foreach (var (path, record) in after.Open(inner).Records.Where(r => r.Value.Current is not null))
        {
            Should.Throw<InvalidDataException>(() => SealedValue.Open(stolen, after.Id, path, record.Current!));
        }

        using var again = one.Again();
        again.Unseal(key, one.Known);
        OneVault.Read(again, "a/b").ShouldBe("sk-one");
        OneVault.Read(again, "c/d").ShouldBe("sk-two");
    }

    [Fact]
    public void A_rekey_to_the_key_that_it_has_is_refused()
    {
        using var one = new OneVault();
        var before = one.Disk.Content;

        Should
            .Throw<VaultRefusedException>(() =>
                one.Vault.Rekey(new VaultLock { Kind = LockKind.KeyFile, Place = "elsewhere" }, one.Key)
            )
            .Message.ShouldContain("the key that the vault has");
        one.Disk.Content.ShouldBe(before);
    }

    [Theory]
    [InlineData(DiskFault.Before)]
    [InlineData(DiskFault.Torn)]
    [InlineData(DiskFault.After)]
    public void A_rekey_that_fails_leaves_a_vault_that_opens_with_one_of_the_keys(object fault)
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one");
        var whole = one.Disk.Content;
        using var key = KeyBytes.Random(SealedBox.KeyBytes);
        one.Disk.Next = (DiskFault)fault;

        Should.Throw<IOException>(() => one.Vault.Rekey(new VaultLock { Kind = LockKind.KeyFile, Place = "o" }, key));

        if ((DiskFault)fault == DiskFault.Torn)
        {
            one.Vault.Standing.ShouldBe(VaultStanding.Sealed);
            one.Disk.Content = whole;
        }
        else
        {
            OneVault.Read(one.Vault, "a/b").ShouldBe("sk-one");
        }

        using var again = one.Again();
        again.Unseal((DiskFault)fault == DiskFault.After ? key : one.Key, default, acceptOlder: true);
        OneVault.Read(again, "a/b").ShouldBe("sk-one");
    }

    [Fact]
    public void A_value_that_is_no_line_of_text_is_refused_and_nothing_of_it_told()
    {
        using var one = new OneVault();
        byte[][] wrong =
        [
            [0x73, 0xff, 0xfe],
            [0xc3],
            [0xed, 0xa0, 0x80],
            .. (byte[][])
                [
                    [.. "a\nb"u8],
                    [.. "a\0"u8],
                    [0xc2, 0x85],
                ],
        ];
        foreach (var value in wrong)
        {
            var refused = Should.Throw<VaultRefusedException>(() =>
                one.Vault.Write("a/b", value, VaultTerms.Open, null)
            );
            refused.InnerException.ShouldBeNull();
            refused.Message.ShouldStartWith("a value is ");
        }

        one.Vault.Records.ShouldBeEmpty();
        one.Set("a/b", "schlüssel-ключ-🔑");
        OneVault.Read(one.Vault, "a/b").ShouldBe("schlüssel-ключ-🔑");
    }

    [Fact]
    public void A_key_file_is_never_one_that_lies_there_unless_a_person_says_so()
    {
        var folder = Directory.CreateTempSubdirectory("bartizan-vault-").FullName;
        try
        {
            var place = Path.Combine(folder, "key");
            var link = Path.Combine(folder, "link");
            KeyFile.Make(place).Key.Dispose();
            File.CreateSymbolicLink(link, place);

            Should.Throw<VaultRefusedException>(() => KeyFile.Make(place)).Hint!.ShouldContain("--existing-key");
            Should.Throw<VaultRefusedException>(() => KeyFile.Make(link, existing: true)).Message.ShouldContain("link");
            KeyFile.Make(place, existing: true).Key.Dispose();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
