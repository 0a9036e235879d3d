using Bartizan.Vault.Keys;
using Bartizan.Vault.Sealing;
using FsCheck;
using FsCheck.Fluent;

namespace Bartizan.Vault.Tests.Keys;

public sealed class SealedBoxTests
{
    [Fact]
    public void What_is_sealed_opens_with_the_same_words_and_with_no_others()
    {
        var bytes = Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf();
        var texts = from text in bytes from label in bytes from bound in bytes select (text, label, bound);
        Prop.ForAll(
                Arb.From(texts),
                one =>
                {
                    using var key = KeyBytes.Random(SealedBox.KeyBytes);
                    using var other = KeyBytes.Random(SealedBox.KeyBytes);
                    var box = SealedBox.Seal(key.Span, one.label, one.bound, one.text);
                    var opened = new byte[one.text.Length];
                    return box.Length == one.text.Length + SealedBox.Overhead
                        && SealedBox.TryOpen(key.Span, one.label, one.bound, box, opened)
                        && opened.AsSpan().SequenceEqual(one.text)
                        && !SealedBox.TryOpen(other.Span, one.label, one.bound, box, opened)
                        && !SealedBox.TryOpen(key.Span, [.. one.label, 1], one.bound, box, opened)
                        && !SealedBox.TryOpen(key.Span, one.label, [.. one.bound, 1], box, opened);
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_same_text_is_never_sealed_alike()
    {
        using var key = KeyBytes.Random(SealedBox.KeyBytes);

        SealedBox.Seal(key.Span, "l"u8, "b"u8, "text"u8).ShouldNotBe(SealedBox.Seal(key.Span, "l"u8, "b"u8, "text"u8));
    }
}
