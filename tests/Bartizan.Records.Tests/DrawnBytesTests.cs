using Bartizan.Records.Payloads;

namespace Bartizan.Records.Tests;

public sealed class DrawnBytesTests
{
    [Fact]
    public void No_bytes_are_handed_out_twice()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);

        // Lengths that go and that don't go evenly into a draw, over many draws.
        for (var i = 0; i < 2000; i++)
        {
            seen.Add(Draw(i % 2 == 0 ? 32 : 12)).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Threads_get_bytes_of_their_own()
    {
        var draws = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 500).Select(_ => Draw(12)).ToArray()))
        );

        draws.SelectMany(one => one).Distinct(StringComparer.Ordinal).Count().ShouldBe(8 * 500);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(100_000)]
    public void Any_length_is_filled_to_its_end(int length)
    {
        var bytes = new byte[length + 1];
        DrawnBytes.Fill(bytes.AsSpan(0, length));

        // Sixty-four zeros in a row don't come by chance.
        bytes.AsSpan(0, length).IndexOf(new byte[64]).ShouldBe(-1);
        bytes[length].ShouldBe((byte)0);
    }

    private static string Draw(int length)
    {
        var bytes = new byte[length];
        DrawnBytes.Fill(bytes);
        return Convert.ToHexString(bytes);
    }
}
