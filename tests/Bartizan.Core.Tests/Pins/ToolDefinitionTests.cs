using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Pins;

namespace Bartizan.Core.Tests.Pins;

public sealed class ToolDefinitionTests
{
    [Fact]
    public void Spelling_and_order_do_not_count_and_everything_else_does()
    {
        var one = Read("""{"name":"echo","description":"Says \u0041","inputSchema":{"type":"object","maximum":1e2}}""");
        var same = Read(
            """{ "inputSchema": {"maximum":100.0, "type":"object"}, "description":"Says A", "name":"echo" }"""
        );

        one.Digest.ShouldBe(same.Digest);
        one.Text.ShouldBe("""{"description":"Says A","inputSchema":{"maximum":100,"type":"object"},"name":"echo"}""");
        foreach (
            var other in (string[])
                [
                    """{"name":"echo","description":"Says A ","inputSchema":{"type":"object","maximum":100}}""",
                    """{"name":"echo","description":"Says \u0410","inputSchema":{"type":"object","maximum":100}}""",
                    """{"name":"echo","description":"Says A\u200b","inputSchema":{"type":"object","maximum":100}}""",
                    """{"name":"echo","description":"Says A","inputSchema":{"type":"object","maximum":101}}""",
                    """{"name":"echo","description":"Says A","inputSchema":{"type":"object","maximum":100},"annotations":{}}""",
                    """{"name":"echo","description":"Says A","inputSchema":{"type":"object","maximum":100},"title":"x"}""",
                    """{"name":"echo","description":"Says A","inputSchema":{"type":"object","maximum":100},"_meta":{"x":1}}""",
                ]
        )
        {
            Read(other).Digest.ShouldNotBe(one.Digest, other);
        }
    }

    // RFC 8785, appendix B: bits of the number and how it is written.
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(unchecked((long)0x8000000000000000), "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(unchecked((long)0x8000000000000001), "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(unchecked((long)0xffefffffffffffff), "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(unchecked((long)0xc340000000000000), "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(unchecked((long)0xbecbf647612f3696), "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void A_number_is_written_as_RFC_8785_says(long bits, string written)
    {
        var number = BitConverter.Int64BitsToDouble(bits).ToString("R", CultureInfo.InvariantCulture);

        Read($$"""{"name":"n","maximum":{{number}}}""").Text.ShouldBe($$"""{"maximum":{{written}},"name":"n"}""");
    }

    [Theory]
    [InlineData("""{"name":"n","maximum":1e400}""")]
    [InlineData("""{"name":"n","description":"\ud800"}""")]
    [InlineData("""{"name":"n","name":"m"}""")]
    [InlineData("""{"name":"n","inputSchema":{"a":1,"\u0061":2}}""")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":7}""")]
    [InlineData("""{"description":"nameless"}""")]
    [InlineData("[]")]
    public void What_two_readers_may_read_differently_gets_no_pin(string text) =>
        ToolDefinition.Read(text).ShouldBeNull();

    [Fact]
    public void A_definition_beyond_the_bound_gets_no_pin()
    {
        var fitting = new string('x', ToolDefinition.MaxLength - """{"description":"","name":"n"}""".Length);

        ToolDefinition.Read($$"""{"name":"n","description":"{{fitting}}"}""").ShouldNotBeNull();
        ToolDefinition.Read($$"""{"name":"n","description":"{{fitting}}x"}""").ShouldBeNull();
    }

    [Fact]
    public void Members_are_sorted_by_their_code_units_as_RFC_8785_says()
    {
        var read = Read("""{"name":"n","\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}""");

        using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(read.Text));
        document
            .RootElement.EnumerateObject()
            .Select(m => m.Name)
            .ShouldBe(["\r", "1", "name", "\u0080", "ö", "€", "\ud83d\ude00", "\ufb33"]);
    }

    private static ToolDefinition Read(string text) => ToolDefinition.Read(text).ShouldNotBeNull();
}
