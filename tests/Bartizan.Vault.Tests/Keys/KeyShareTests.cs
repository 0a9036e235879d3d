using System.Text;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Sealing;
using FsCheck;
using FsCheck.Fluent;

namespace Bartizan.Vault.Tests.Keys;

public sealed class KeyShareTests
{
    [Fact]
    public void The_field_has_an_inverse_for_each_element_and_multiplies_as_fips_197_says()
    {
        Gf256.Multiply(0x57, 0x83).ShouldBe((byte)0xc1); // FIPS 197, 4.2
        Gf256.Multiply(0x57, 0x13).ShouldBe((byte)0xfe); // 4.2.1
        for (var a = 1; a < 256; a++)
        {
            Gf256.Multiply((byte)a, Gf256.Invert((byte)a)).ShouldBe((byte)1, $"{a}");
        }
    }

    [Fact]
    public void Any_threshold_of_shares_is_the_key_and_one_fewer_is_not()
    {
        var sizes =
            from shares in Gen.Choose(2, 8)
            from threshold in Gen.Choose(2, shares)
            from order in Gen.Shuffle(Enumerable.Range(0, shares).ToArray())
            select (shares, threshold, order);
        Prop.ForAll(
                Arb.From(sizes),
                one =>
                {
                    using var key = KeyBytes.Random(SealedBox.KeyBytes);
                    var shares = KeyShares.Split(key, one.shares, one.threshold);
                    using var whole = KeyShares.Join([.. one.order.Take(one.threshold).Select(i => shares[i])]);
                    using var fewer = KeyShares.Join([.. one.order.Take(one.threshold - 1).Select(i => shares[i])]);
                    return whole.Span.SequenceEqual(key.Span) && !fewer.Span.SequenceEqual(key.Span);
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_share_reads_back_from_what_a_person_keeps()
    {
        var (front, key, texts) = KeyShares.Make(5, 3);
        using var kept = key;
        texts.Length.ShouldBe(5);

        using var joined = KeyShares.Join([.. new[] { 4, 0, 2 }.Select(i => Parse($" {texts[i]}\n", front))]);

        joined.Span.SequenceEqual(key.Span).ShouldBeTrue();
    }

    [Fact]
    public void A_wrong_share_is_told_before_it_is_used()
    {
        var (front, key, texts) = KeyShares.Make(3, 2);
        var (_, otherKey, others) = KeyShares.Make(3, 2);
        using var kept = key;
        using var alsoKept = otherKey;

        Why(others[0]).ShouldContain("share 1 is no share of this vault's lock");
        Why(texts[0].Replace("-1-", "-2-", StringComparison.Ordinal)).ShouldContain("no share of this vault's lock");
        Why(texts[0][..^1] + (texts[0][^1] == '0' ? '1' : '0')).ShouldContain("slip of the pen");
        Why("bartizan-share-1-00").ShouldContain("no share");
        Why("nonsense").ShouldContain("no share");
        Why("bartizan-share-" + new string('9', 200)).ShouldContain("no share");

        string Why(string text) => Should.Throw<VaultRefusedException>(() => Parse(text, front)).Message;
    }

    [Fact]
    public void A_share_that_is_given_twice_counts_once()
    {
        var (front, key, texts) = KeyShares.Make(3, 2);
        using var kept = key;

        Should
            .Throw<VaultRefusedException>(() => KeyShares.Join([Parse(texts[0], front), Parse(texts[0], front)]))
            .Message.ShouldContain("twice");
    }

    private static KeyShare Parse(string text, VaultLock front) => KeyShare.Parse(Encoding.UTF8.GetBytes(text), front);
}
