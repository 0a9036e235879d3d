using System.IO.Compression;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Egress;
using Bartizan.Gateway.Egress.Intercepted;

namespace Bartizan.Gateway.Tests.Egress.Intercepted;

/// <summary>What requests that are read whole may cost.</summary>
public sealed class HeldBytesTests
{
    private const int Body = 8 << 20;

    [Fact]
    public void One_session_holds_so_much_and_what_it_gives_back_it_may_take_again()
    {
        var held = new HeldBytes();
        var session = SessionId.New();
        var shares = Enumerable.Range(0, 9).Select(_ => held.Open(session)).ToList();

        shares.Count(share => share.TryTake(Body)).ShouldBe(8);
        shares[8].TryTake(1).ShouldBeFalse();
        held.Open(SessionId.New()).TryTake(Body).ShouldBeTrue();
        shares[0].Dispose();
        shares[8].TryTake(Body).ShouldBeTrue();
    }

    [Fact]
    public void All_sessions_together_hold_so_much()
    {
        var held = new HeldBytes();

        Enumerable
            .Range(0, 100)
            .Count(_ => held.Open(SessionId.New()).TryTake(Body))
            .ShouldBe((int)(HeldBytes.MaxOfAll / Body));
    }

    [Theory]
    [InlineData("gzip", 1, true)]
    [InlineData("gzip, identity, gzip", 2, true)]
    [InlineData("gzip, gzip, gzip", 3, false)]
    public void A_body_is_unpacked_twice_and_no_more(string codings, int times, bool expected)
    {
        var packed = "hello"u8.ToArray();
        for (var i = 0; i < times; i++)
        {
            using var whole = new MemoryStream();
            using (var zip = new GZipStream(whole, CompressionLevel.Fastest))
            {
                zip.Write(packed);
            }

            packed = whole.ToArray();
        }

        using var room = new HeldBytes().Open(SessionId.New());
        Unpacking.TryDecode([codings], packed, room, out var decoded).ShouldBe(expected);
        (!expected || decoded.Span.SequenceEqual("hello"u8)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_some_bytes_unpack_to_is_counted_too(bool brotli)
    {
        using var whole = new MemoryStream();
        using (
            Stream zip = brotli
                ? new BrotliStream(whole, CompressionLevel.SmallestSize)
                : new GZipStream(whole, CompressionLevel.SmallestSize)
        )
        {
            zip.Write(new byte[Body - 1]);
        }

        var packed = whole.ToArray();
        var (held, session, coding) = (new HeldBytes(), SessionId.New(), brotli ? "br" : "gzip");
        var shares = Enumerable.Range(0, 100).Select(_ => held.Open(session)).ToList();

        packed.Length.ShouldBeLessThan(Body / 500);
        shares
            .Count(share => Unpacking.TryDecode([coding], packed, share, out _))
            .ShouldBeInRange(1, (int)(HeldBytes.MaxOfSession / Body));
        shares.ForEach(share => share.Dispose());
        Unpacking.TryDecode([coding], packed, shares[0], out _).ShouldBeTrue();
    }
}
