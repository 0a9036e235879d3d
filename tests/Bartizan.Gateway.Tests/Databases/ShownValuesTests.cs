using System.Text;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Databases;
using Bartizan.Vault.Tests.Providers;

namespace Bartizan.Gateway.Tests.Databases;

/// <summary>An agent chooses the formats of values; guards and people see them all the same.</summary>
public sealed class ShownValuesTests(OwnPostgres server) : IClassFixture<OwnPostgres>
{
    // Two signs that nobody sees and a model reads, and a line's end, in ten bytes.
    private const string Hidden = "x\n\U000E0069\U000E0067";

    [Theory]
    [InlineData("select status from orders where id = 9002", 0)]
    [InlineData("select status from orders where id = 9002", 1)]
    [InlineData("select id, status from orders where id = 9002", 1)]
    [InlineData("copy (select status from orders where id = 9002) to stdout", 0)]
    [InlineData("copy (select status from orders where id = 9002) to stdout", 1)]
    [InlineData("copy (select id, status from orders where id = 9002) to stdout", 1)]
    public async Task A_text_that_is_declared_binary_is_read_by_guards(string text, short format)
    {
        await using var house = await OpenAsync();
        foreach (var isDescribed in (bool[])[false, true])
        {
            await using var raw = await house.RawAsync();
            raw.Parse("s", text)
                .Message('B', new WireBody().Text("").Text("s").Short(0).Short(0).Short(1).Short(format));
            if (isDescribed)
            {
                raw.Message('D', new WireBody().Byte((byte)'S').Text("s"));
            }

            var said = await raw.Execute("").Sync().UntilReadyAsync();

            said.ShouldNotContain("\U000E0069");
            said.ShouldEndWith("E[57014: bartizan kept rows of the result from the agent, and ends the connection]");
        }
    }

    [Fact]
    public void A_binary_number_is_shown_as_one_where_the_server_says_it_is()
    {
        byte[] five = [0, 0, 0, 5];
        new RowShape([1], [23]).Show(five, 0).ShouldBe("5");
        new RowShape([1], [20]).Show([0x80, 0, 0, 0, 0, 0, 0, 0], 0).ShouldBe("-9223372036854775808");
        new RowShape([1], [701]).Show(five, 0).ShouldBeNull();
        new RowShape([1], [25]).Show("a\n"u8, 0).ShouldBe("a\n");
        new RowShape([1], []).Show("a\n"u8, 0).ShouldBe("a\n");
        new RowShape([0, 1], [23, 23]).Show("7"u8, 0).ShouldBe("7");
        new RowShape([0, 1], [23, 23]).Show(five, 1).ShouldBe("5");
    }

    [Theory]
    [InlineData(25, "x\nSECRET", "x\\nSECRET")]
    [InlineData(0, "x\nSECRET", "x\\nSECRET")]
    [InlineData(23, "\0\0\0\u0005", "5")]
    public async Task A_value_that_is_declared_binary_is_shown_as_the_text_that_it_is(
        int type,
        string value,
        string shown
    )
    {
        await using var house = await OpenAsync();
        await using var raw = await house.RawAsync();
        var column = type == 23 ? "id" : "status";
        raw.Message('P', new WireBody().Text("").Text($"select id from orders where {column} = $1").Short(1).Int(type));
        var bytes = Encoding.UTF8.GetBytes(value);
        raw.Message(
            'B',
            new WireBody().Text("").Text("").Short(1).Short(1).Short(1).Int(bytes.Length).Bytes(bytes).Short(0)
        );

        await raw.Execute("").Sync().UntilReadyAsync();

        var intent = house.Host.Entries.Single(e => e.Kind == EntryKind.Intent);
        Encoding.UTF8.GetString(intent.Payloads.Single().Content.Span).ShouldContain($"\"values\":[\"{shown}\"]");
    }

    private async Task<DatabaseHouse> OpenAsync()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        await using (var super = await server.SuperAsync("shop"))
        {
            await OwnPostgres.RunAsync(
                super,
                $"INSERT INTO public.orders (id, status) VALUES (9002, '{Hidden}') ON CONFLICT DO NOTHING"
            );
        }

        return new DatabaseHouse(server, $"{DatabaseHouse.Rules}\nguards:\n  input: {{ hidden_text: block }}\n");
    }
}
