using Bartizan.Core.Enforcement;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Sealing;
using Bartizan.Vault.Stores;

namespace Bartizan.Vault.Tests.Attacks;

public sealed class VaultAttackTests
{
    [Fact]
    public void A_flipped_bit_in_any_byte_of_the_file_opens_nothing()
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one");
        one.Set("c/d", "sk-two");
        var whole = one.Disk.Content!;
        for (var at = 0; at < whole.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var changed = whole.ToArray();
                changed[at] ^= (byte)(1 << bit);
                using var again = one.Again(changed);

                // Whatever the log knows: the file itself must tell.
                Should.Throw<VaultRefusedException>(
                    () => again.Unseal(one.Key, default, acceptOlder: true),
                    $"byte {at}, bit {bit}"
                );
                again.Standing.ShouldBe(VaultStanding.Sealed);
            }
        }
    }

    [Fact]
    public void A_file_that_is_cut_or_longer_opens_nothing()
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one");
        var whole = one.Disk.Content!;
        for (var length = 0; length < whole.Length; length++)
        {
            using var again = one.Again(whole[..length]);
            Should.Throw<VaultRefusedException>(
                () => again.Unseal(one.Key, default, acceptOlder: true),
                $"{length} bytes"
            );
        }

        using var longer = one.Again([.. whole, 0]);
        Should.Throw<VaultRefusedException>(() => longer.Unseal(one.Key, default, acceptOlder: true));
    }

    [Fact]
    public void An_older_file_that_is_put_back_stays_sealed()
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one");
        var older = one.Disk.Content!;
        one.Vault.Revoke("a/b", null);
        using var again = one.Again(older);

        Should
            .Throw<VaultRefusedException>(() => again.Unseal(one.Key, one.Known))
            .Message.ShouldContain("isn't the vault's last file");
        again.Standing.ShouldBe(VaultStanding.Sealed);
    }

    [Fact]
    public void Two_histories_of_one_generation_are_told_apart()
    {
        using var one = new OneVault();
        var (before, known) = (one.Disk.Content!, one.Known);
        one.Set("a/b", "sk-one");
        using var other = one.Again(before);
        other.Unseal(one.Key, known);
        other.Write("a/b", "sk-two"u8, VaultTerms.Open, null);
        other.Mark.Generation.ShouldBe(one.Known.Generation);
        using var again = one.Again();
        again.Unseal(one.Key, one.Known);
        again.Seal();

        Should.Throw<VaultRefusedException>(() => again.Unseal(one.Key, other.Mark));
    }

    [Fact]
    public void An_older_file_that_a_person_accepts_goes_on_beyond_what_the_log_knows()
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one");
        var older = one.Disk.Content!;
        one.Set("c/d", "sk-two");
        using var again = one.Again(older);

        again.Unseal(one.Key, one.Known, acceptOlder: true);

        again.Mark.Generation.ShouldBe(one.Known.Generation + 1);
        OneVault.Read(again, "a/b").ShouldBe("sk-one");
    }

    [Fact]
    public void Values_that_change_places_do_not_open()
    {
        using var inner = KeyBytes.Random(SealedBox.KeyBytes);
        var vault = new byte[VaultFile.IdBytes];
        var version = new VaultVersion
        {
            Number = 1,
            Created = DateTimeOffset.UnixEpoch,
            Terms = VaultTerms.Open,
        };
        version = version with { Box = [.. SealedValue.Seal(inner, vault, "a/b", version, "sk-one"u8)] };
        SealedValue.Open(inner, vault, "a/b", version).Dispose();
        var elsewhere = vault.ToArray();
        elsewhere[0] = 1;

        Refused("another path", vault, "a/c", version);
        Refused("another version", vault, "a/b", version with { Number = 2 });
        Refused("another time", vault, "a/b", version with { Created = DateTimeOffset.UnixEpoch.AddSeconds(1) });
        Refused("no end", vault, "a/b", version with { Terms = new VaultTerms { Expires = DateTimeOffset.UnixEpoch } });
        Refused("other agents", vault, "a/b", version with { Terms = new VaultTerms { Agents = ["mine"] } });
        Refused("another vault", elsewhere, "a/b", version);

        void Refused(string what, byte[] id, string path, VaultVersion changed) =>
            Should.Throw<InvalidDataException>(() => SealedValue.Open(inner, id, path, changed), what);
    }

    [Fact]
    public void A_records_value_of_an_older_file_does_not_fit_the_newer_manifest()
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one");
        var older = VaultFile.Parse(one.Disk.Content!).Boxes.ToArray();
        one.Rotate("a/b", "sk-two", TimeSpan.Zero);
        one.Clock.Now = one.Clock.Now.AddSeconds(1);
        one.Rotate("a/b", "sk-3rd", TimeSpan.Zero);
        var newer = VaultFile.Parse(one.Disk.Content!);
        var head = one.Disk.Content![..^newer.Boxes.Length];
        using var again = one.Again([.. head, .. older, .. newer.Boxes[older.Length..].Span]);

        Should
            .Throw<VaultRefusedException>(() => again.Unseal(one.Key, default, acceptOlder: true))
            .Message.ShouldContain("was changed");
    }

    [Fact]
    public void A_flipped_bit_in_any_byte_of_a_file_that_the_log_pins_opens_nothing()
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one");
        one.Set("c/d", "sk-two");
        var whole = one.Disk.Content!;
        for (var at = 0; at < whole.Length; at++)
        {
            var changed = whole.ToArray();
            changed[at] ^= 1;
            using var again = one.Again(changed);

            Should.Throw<VaultRefusedException>(() => again.Unseal(one.Key, one.Known), $"byte {at}");
            again.Standing.ShouldBe(VaultStanding.Sealed);
        }
    }

    [Fact]
    public void A_value_that_was_changed_is_not_lent_even_where_the_log_pins_that_very_file()
    {
        using var one = new OneVault();
        one.Set("a/b", "sk-one");
        one.Set("c/d", "sk-two");
        var changed = one.Disk.Content!;
        changed[^1] ^= 1;
        var pinned = one.Known with { File = Digest.Of(changed) };
        using var again = one.Again(changed);

        again.Unseal(one.Key, pinned);

        OneVault.Read(again, "a/b").ShouldBe("sk-one");
        Should.Throw<InvalidDataException>(() => OneVault.Read(again, "c/d")).Message.ShouldContain("`c/d`");
        Should.Throw<InvalidDataException>(() => again.Records.Length.ShouldBe(0));
        Should.Throw<InvalidDataException>(() => again.Write("e/f", "sk-3"u8, VaultTerms.Open, null));
    }

    [Fact]
    public void No_message_and_no_text_holds_a_value_or_a_key()
    {
        using var one = new OneVault();
        const string Value = "sk-never-to-be-seen";
        one.Set("a/b", Value, new VaultTerms { Agents = ["billing"] });
        var said = new List<string>
        {
            one.Key.ToString(),
            string.Join(' ', one.Vault.Records),
            one.Vault.Lock!.ToString(),
        };
        foreach (
            var act in (Action[])
                [
                    () => one.Set("a/b", Value),
                    () => one.Set("a b", Value),
                    () => one.Vault.Take("key", "a/b", "triage", null),
                    () => one.Vault.Write("c/d", new byte[1 << 20], VaultTerms.Open, null),
                ]
        )
        {
            said.Add(Should.Throw<Exception>(act).ToString());
        }

        said.ShouldAllBe(text => !text.Contains(Value, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_let_go_of_is_zeroed()
    {
        var key = KeyBytes.Random(SealedBox.KeyBytes);
        key.Dispose();

        key.Span.ToArray().ShouldAllBe(b => b == 0);
    }
}
