using Bartizan.Gateway.Egress;

namespace Bartizan.Gateway.Tests.Egress;

public sealed class ClientHelloTests
{
    private const int Max = 32 * 1024;

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(100)]
    [InlineData(7)]
    [InlineData(1)]
    public void The_name_is_found_however_records_split_it(int recordBytes)
    {
        var hello = Hello.For("Web.Example", recordBytes);
        ClientHello.Parse(hello, Max, out var name, out _).ShouldBe(HelloEnd.Named);
        name!.Text.ShouldBe("web.example");
    }

    [Fact]
    public void Every_part_of_it_asks_for_more_and_says_how_much()
    {
        var hello = Hello.For("web.example", 40);
        for (var i = 0; i < hello.Length; i++)
        {
            ClientHello.Parse(hello.AsSpan(0, i), Max, out _, out var needed).ShouldBe(HelloEnd.More);
            needed.ShouldBeInRange(i + 1, hello.Length);
        }
    }

    [Fact]
    public void What_follows_in_another_record_is_left_alone() =>
        ClientHello.Parse([.. Hello.For("web.example"), 20, 3, 3, 0, 1, 1], Max, out _, out _).ShouldBe(HelloEnd.Named);

    [Fact]
    public void Without_a_name_it_says_so() =>
        ClientHello.Parse(Hello.For(null), Max, out _, out _).ShouldBe(HelloEnd.NoName);

    [Theory]
    [InlineData(0xFE0D)]
    [InlineData(0xFFCE)]
    public void An_encrypted_name_is_told(int extension) =>
        ClientHello
            .Parse(Hello.For("web.example", int.MaxValue, (extension, [0, 1, 2])), Max, out _, out _)
            .ShouldBe(HelloEnd.Encrypted);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("SSH-2.0-x\r\n")]
    [InlineData("\u0016\u0002\u0001")]
    [InlineData("\u0017\u0003\u0003\0\u0001a")]
    public void Anything_else_is_no_tls(string text) =>
        ClientHello.Parse(System.Text.Encoding.Latin1.GetBytes(text), Max, out _, out _).ShouldBe(HelloEnd.NotTls);

    [Fact]
    public void Two_names_are_malformed()
    {
        Parse(Hello.For(null, int.MaxValue, (0, Hello.ServerName("a.example", "b.example"))))
            .ShouldBe(HelloEnd.Malformed);
        Parse(Hello.For("a.example", int.MaxValue, (0, Hello.ServerName("b.example")))).ShouldBe(HelloEnd.Malformed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.example.")]
    [InlineData("a\0.example")]
    [InlineData("a_b.example")]
    [InlineData("127.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("b\u00fccher.example")]
    public void A_name_that_is_none_is_malformed(string name) => Parse(Hello.For(name)).ShouldBe(HelloEnd.Malformed);

    [Fact]
    public void A_second_message_behind_it_is_malformed()
    {
        var message = Hello.For("a.example").AsSpan(5);
        Parse(Hello.Records([.. message, .. message], int.MaxValue)).ShouldBe(HelloEnd.Malformed);
    }

    [Fact]
    public void Another_message_than_hello_is_malformed() =>
        Parse(Hello.Records([2, 0, 0, 1, 0], int.MaxValue)).ShouldBe(HelloEnd.Malformed);

    [Fact]
    public void Longer_than_the_bound_is_malformed() =>
        Parse(Hello.Records([1, 255, 255, 255, .. new byte[100]], int.MaxValue)).ShouldBe(HelloEnd.Malformed);

    [Fact]
    public void Empty_and_over_long_records_are_malformed()
    {
        Parse([22, 3, 1, 0, 0]).ShouldBe(HelloEnd.Malformed);
        Parse([22, 3, 1, 255, 255]).ShouldBe(HelloEnd.Malformed);
    }

    private static HelloEnd Parse(byte[] bytes) => ClientHello.Parse(bytes, Max, out _, out _);
}
