using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Egress;

namespace Bartizan.Gateway.Tests.Egress;

public sealed class RequestHeadTests
{
    private const string Get = "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n";

    public static TheoryData<string> Malformed =>
        [
            "\r\n",
            "GET\r\n\r\n",
            "GET http://a.example/\r\n\r\n",
            " GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET  http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example/ x HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET\thttp://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example/ HTTP/2.0\r\nHost: a.example\r\n\r\n",
            "GET http://a.example/ http/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example/ HTTP/1.1 \r\nHost: a.example\r\n\r\n",
            "get http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "TRACE http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "TRACK http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "G(T http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET https://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET ftp://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://user@a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://user:pw@a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example@b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a%2eexample/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example./ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a_b.example/ HTTP/1.1\r\nHost: a_b.example\r\n\r\n",
            "GET http://2130706433/ HTTP/1.1\r\nHost: 2130706433\r\n\r\n",
            "GET http://0x7f.1/ HTTP/1.1\r\nHost: 0x7f.1\r\n\r\n",
            "GET http://0177.0.0.1/ HTTP/1.1\r\nHost: 0177.0.0.1\r\n\r\n",
            "GET http://127.1/ HTTP/1.1\r\nHost: 127.1\r\n\r\n",
            "GET http://[::1%25eth0]/ HTTP/1.1\r\nHost: [::1%25eth0]\r\n\r\n",
            "GET http://::1/ HTTP/1.1\r\nHost: ::1\r\n\r\n",
            "GET http:///path HTTP/1.1\r\nHost: \r\n\r\n",
            "GET http://a.example:/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example:0/ HTTP/1.1\r\nHost: a.example:0\r\n\r\n",
            "GET http://a.example:080/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example:65536/ HTTP/1.1\r\nHost: a.example:65536\r\n\r\n",
            "GET http://a.example:+80/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example/#part HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example/?q#part HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example\\@b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example/%2e%2e/%2f HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example/a%00b HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example/\u00e9 HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n",
            "GET http://a.example/ HTTP/1.1\r\nHost: a.example:8080\r\n\r\n",
            "GET http://a.example:8080/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nHost: a.example\r\n\r\n",
            "GET http://a.example/ HTTP/1.1\r\nAccept: */*\r\n\r\n",
            Get + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            Get + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
            Get + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
            Get + "Content-Length: 5, 5\r\n\r\n",
            Get + "Content-Length: +5\r\n\r\n",
            Get + "Content-Length: -5\r\n\r\n",
            Get + "Content-Length: 0x5\r\n\r\n",
            Get + "Content-Length: \r\n\r\n",
            Get + "Content-Length: 9999999999999999999\r\n\r\n",
            Get + "Transfer-Encoding: identity\r\n\r\n",
            Get + "Transfer-Encoding: gzip, chunked\r\n\r\n",
            Get + "Transfer-Encoding: chunked, chunked\r\n\r\n",
            Get + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            Get + "Transfer-Encoding: xchunked\r\n\r\n",
            Get + "Transfer-Encoding : chunked\r\n\r\n",
            Get + "X: a\r\n folded\r\n\r\n",
            Get + "X: a\r\n\tfolded\r\n\r\n",
            Get + ": empty name\r\n\r\n",
            Get + "No colon\r\n\r\n",
            Get + "Sp ace: a\r\n\r\n",
            Get + "X: a\u0001b\r\n\r\n",
            Get + "X: a\u007fb\r\n\r\n",
            Get + "Proxy-Authorization: Basic a\r\nProxy-Authorization: Basic b\r\n\r\n",
            "CONNECT a.example HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "CONNECT a.example:443/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "CONNECT http://a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "CONNECT a.example:https HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "CONNECT user@a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "CONNECT a.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n",
            "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:444\r\n\r\n",
            "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\nContent-Length: 5\r\n\r\n",
            "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\nTransfer-Encoding: chunked\r\n\r\n",
            "CONNECT ::1:443 HTTP/1.1\r\nHost: ::1:443\r\n\r\n",
            "CONNECT [::1]443 HTTP/1.1\r\n\r\n",
            "CONNECT x[::1]:443 HTTP/1.1\r\n\r\n",
            "CONNECT [a.example]:443 HTTP/1.1\r\n\r\n",
        ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_can_be_read_in_two_ways_is_not_read(string head)
    {
        RequestHead
            .TryParse(Encoding.Latin1.GetBytes(head), null, 128, out var request, out var problem)
            .ShouldBeFalse();
        request.ShouldBeNull();
        problem.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("GET http://a.example HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example", 80, "/", "")]
    [InlineData("GET http://a.example?q HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example", 80, "/", "?q")]
    [InlineData("GET HTTP://A.Example/x HTTP/1.1\r\nHost: a.EXAMPLE:80\r\n\r\n", "a.example", 80, "/x", "")]
    [InlineData("GET http://a.example:8080/ HTTP/1.1\r\nHost: a.example:8080\r\n\r\n", "a.example", 8080, "/", "")]
    [InlineData("GET http://[2001:DB8::1]/ HTTP/1.1\r\nHost: [2001:db8::1]\r\n\r\n", "[2001:db8::1]", 80, "/", "")]
    [InlineData("GET http://a.example/ HTTP/1.0\r\n\r\n", "a.example", 80, "/", "")]
    [InlineData("CONNECT A.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example", 443, "", "")]
    [InlineData("CONNECT a.example:443 HTTP/1.1\r\n\r\n", "a.example", 443, "", "")]
    [InlineData("CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n", "[2001:db8::1]", 443, "", "")]
    public void What_is_clear_is_read_into_one_form(string head, string host, int port, string path, string query)
    {
        RequestHead
            .TryParse(Encoding.Latin1.GetBytes(head), null, 128, out var request, out var problem)
            .ShouldBeTrue(problem);
        var to = request!.Destination;
        (to.Host.ToString(), to.Port, to.Path, to.Query).ShouldBe((host, port, path, query));
    }

    [Theory]
    [InlineData("GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: b.example\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example:8080\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n")]
    public void The_captured_port_takes_only_its_own_name(string head)
    {
        HostName.TryParse("a.example", out var host, out _).ShouldBeTrue();
        var captured = new Captured(host, 80);
        RequestHead.TryParse(Encoding.Latin1.GetBytes(head), captured, 128, out _, out _).ShouldBeFalse();
        var right = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"u8;
        RequestHead.TryParse(right, captured, 128, out _, out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("a.example:8080", true)]
    [InlineData("a.example", false)]
    [InlineData("a.example:80", false)]
    [InlineData("a.example:8081", false)]
    [InlineData("b.example:8080", false)]
    public void A_captured_port_that_is_not_80_is_named_by_the_request(string said, bool taken)
    {
        HostName.TryParse("a.example", out var host, out _).ShouldBeTrue();
        var head = Encoding.Latin1.GetBytes($"GET /x HTTP/1.1\r\nHost: {said}\r\n\r\n");
        RequestHead.TryParse(head, new Captured(host, 8080), 128, out var request, out _).ShouldBe(taken);
        (request?.Destination.Port ?? 8080).ShouldBe(8080);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1", true)]
    [InlineData("OPTIONS * HTTP/1.1", true)]
    [InlineData("GET key", false)]
    [InlineData("PING\r\n", false)]
    [InlineData("GET", false)]
    [InlineData("GET ", false)]
    [InlineData("", false)]
    [InlineData(" /", false)]
    [InlineData("*1\r\n$4\r\nPING\r\n", false)]
    [InlineData("SSH-2.0-x", false)]
    public void A_request_is_known_by_its_first_bytes(string first, bool known) =>
        RequestHead.LooksLikeHttp(Encoding.Latin1.GetBytes(first)).ShouldBe(known);

    [Fact]
    public void Too_many_fields_are_not_read()
    {
        var head = Get + string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: y\r\n")) + "\r\n";
        RequestHead.TryParse(Encoding.Latin1.GetBytes(head), null, 128, out _, out var problem).ShouldBeFalse();
        problem.ShouldContain("128");
    }

    [Fact]
    public void What_belongs_to_one_hop_goes_no_further()
    {
        const string Head =
            "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nConnection: close, X-Hop\r\nX-Hop: data\r\nKeep-Alive: 5\r\n"
            + "Proxy-Connection: keep-alive\r\nProxy-Authorization: Basic c2VjcmV0\r\nProxy-Anything: secret\r\n"
            + "TE: trailers\r\nTrailer: X\r\nUpgrade: h2c\r\nAccept: a/b\r\nCookie: kept\r\n\r\n";
        RequestHead.TryParse(Encoding.Latin1.GetBytes(Head), null, 128, out var request, out _).ShouldBeTrue();
        Encoding
            .Latin1.GetString(request!.ToUpstream())
            .ShouldBe("GET / HTTP/1.1\r\nHost: a.example\r\nAccept: a/b\r\nCookie: kept\r\nConnection: close\r\n\r\n");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\nHost: a\n\n", HeadEnd.BadLine)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\n\r\n", HeadEnd.BadLine)]
    [InlineData("GET / HTTP/1.1\rHost: a\r\n\r\n", HeadEnd.BadLine)]
    [InlineData("GET / HTTP/1.1\r\nX: a\0b\r\n\r\n", HeadEnd.BadLine)]
    [InlineData("\r\nGET / HTTP/1.1\r\n\r\n", HeadEnd.BadLine)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", HeadEnd.Complete)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r", HeadEnd.Truncated)]
    public void The_end_of_a_head_is_found_however_it_arrives(string text, object end)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var seen = 0;
        WireReader.Scan(bytes, ref seen).ShouldBe((HeadEnd)end);

        // Byte by byte gives the same.
        (var last, seen) = (HeadEnd.Truncated, 0);
        for (var i = 1; i <= bytes.Length && last == HeadEnd.Truncated; i++)
        {
            last = WireReader.Scan(bytes.AsSpan(0, i), ref seen);
        }

        last.ShouldBe((HeadEnd)end);
    }
}
