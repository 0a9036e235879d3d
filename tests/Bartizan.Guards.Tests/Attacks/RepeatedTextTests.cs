using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Tests.Attacks;

/// <summary>
/// Two megabytes of one piece, over and over. Where some scan goes from each place to the end these take many minutes; else they are
/// read in less than a second each.
/// </summary>
public sealed class RepeatedTextTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("7")]
    [InlineData("Aa-")]
    [InlineData("A-B")]
    [InlineData("A'b")]
    [InlineData("1.")]
    [InlineData("%4")]
    [InlineData("=a")]
    [InlineData("0x")]
    [InlineData("a@")]
    [InlineData("](")]
    public void It_is_read_to_its_end(string piece) =>
        ContentScan
            .Of(string.Concat(Enumerable.Repeat(piece, 2_000_000 / piece.Length)), Channel.Untrusted)
            .Findings.Length.ShouldBeLessThan(4096);
}
