namespace Bartizan.Gateway.Tests.Inbound.Attacks;

/// <summary>Requests that two servers would read in different ways, and ways around a rule, by bytes on the wire.</summary>
public sealed class HostileFormTests
{
    private const string Auth = $"authorization: Bearer {InboundHouse.Key}\r\n";
    private const string Json = "content-type: application/json\r\n";

    [Theory]
    [InlineData(
        $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nX"
    )]
    [InlineData(
        $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\nX"
    )]
    [InlineData($"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}} ")]
    [InlineData($"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}content-length: 0x2\r\n\r\n{{}}")]
    [InlineData($"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData($"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData(
        $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n"
    )]
    [InlineData($"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}transfer-encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(
        $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}x: y\r\n transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{{}}"
    )]
    [InlineData(
        $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}x: y\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{{}}"
    )]
    [InlineData($"POST /ask HTTP/1.1\nhost: a\n{Auth}{Json}content-length: 2\n\n{{}}")]
    [InlineData(
        $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}transfer-encoding: chunked\r\n\r\n2;a\n{{}}\r\n0\r\n\r\n"
    )]
    [InlineData($"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}transfer-encoding: chunked\r\n\r\n2\n{{}}\r\n0\r\n\r\n")]
    [InlineData(
        $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}transfer-encoding: chunked\r\n\r\n2\r\n{{}}X\r\n0\r\n\r\n"
    )]
    [InlineData(
        $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF2\r\n{{}}\r\n0\r\n\r\n"
    )]
    [InlineData($"POST /ask HTTP/1.1\r\nhost: a\r\nhost: b\r\n{Auth}{Json}content-length: 2\r\n\r\n{{}}")]
    [InlineData($"POST /ask HTTP/1.1\r\n{Auth}{Json}content-length: 2\r\n\r\n{{}}")]
    [InlineData($"POST /ask HTTP/1.1\r\nhost: a@b\r\n{Auth}{Json}content-length: 2\r\n\r\n{{}}")]
    [InlineData($"POST http://a/ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}content-length: 2\r\n\r\n{{}}")]
    [InlineData($"POST http://b/ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}content-length: 2\r\n\r\n{{}}")]
    [InlineData($"CONNECT a:80 HTTP/1.1\r\nhost: a:80\r\n{Auth}\r\n")]
    [InlineData($"TRACE /ask HTTP/1.1\r\nhost: a\r\n{Auth}\r\n")]
    [InlineData($"OPTIONS * HTTP/1.1\r\nhost: a\r\n{Auth}\r\n")]
    [InlineData($"GET /open/a HTTP/1.1\r\nhost: a\r\n{Auth}content-length: 2\r\n\r\n{{}}")]
    [InlineData($"GET /open/a HTTP/1.1\r\nhost: a\r\n{Auth}transfer-encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(
        $"GET /open/a HTTP/1.1\r\nhost: a\r\n{Auth}connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n"
    )]
    [InlineData($"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData($"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}expect: 200-ok\r\ncontent-length: 2\r\n\r\n{{}}")]
    [InlineData(
        $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{{}}"
    )]
    [InlineData(
        $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}content-type: application/json; charset=utf-16\r\ncontent-length: 2\r\n\r\n{{}}"
    )]
    [InlineData(
        $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}content-type: application/json\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\n{{}}"
    )]
    [InlineData(
        $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}content-type: multipart/form-data; boundary=x\r\ncontent-length: 2\r\n\r\n{{}}"
    )]
    [InlineData($"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}content-length: 2\r\n\r\n{{}}")]
    [InlineData($"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}x\0y: z\r\n{Json}content-length: 2\r\n\r\n{{}}")]
    public async Task What_two_servers_would_read_in_two_ways_reaches_no_agent(string request)
    {
        await using var house = await InboundHouse.StartAsync();

        var answer = await house.RawAsync(request, TimeSpan.FromSeconds(2));

        answer.ShouldNotContain(" 200 ");
        house.Agent.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/open/x/../admin/users")]
    [InlineData("/open/x/%2e%2e/admin/users")]
    [InlineData("/open/./admin/users")]
    [InlineData("/open/%2E/admin/users")]
    [InlineData("/open//admin/users")]
    [InlineData("/open/%2fadmin/users")]
    [InlineData("/open/admin%2fusers")]
    [InlineData("/open\\admin\\users")]
    [InlineData("/open/%5cadmin/users")]
    [InlineData("/open/admin;x=1/users")]
    [InlineData("/open/;/admin/users")]
    [InlineData("/open/admin%3bx/users")]
    [InlineData("/open/%61dmin/users")]
    [InlineData("/open/%2561dmin/users")]
    [InlineData("/open/admin%00/users")]
    [InlineData("/open/admin/users%0d%0ax: y")]
    [InlineData("/open/x#/../../admin")]
    [InlineData("/open/\u00e4dmin")]
    [InlineData("//open/admin/users")]
    [InlineData("/open/x?a=%0d%0ab")]
    public async Task No_spelling_of_a_path_leads_around_a_rule_that_denies_it(string path)
    {
        await using var house = await InboundHouse.StartAsync();

        var answer = await house.RawAsync(
            $"GET {path} HTTP/1.1\r\nhost: a\r\n{Auth}connection: close\r\n\r\n",
            TimeSpan.FromSeconds(5)
        );

        answer.ShouldNotContain(" 200 ");
        house.Agent.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Control_a_plain_request_is_answered()
    {
        await using var house = await InboundHouse.StartAsync();

        var answer = await house.RawAsync(
            $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}connection: close\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
        );
        var read = await house.RawAsync($"GET /open/x%20y?a=b HTTP/1.1\r\nhost: a\r\n{Auth}connection: close\r\n\r\n");

        answer.ShouldStartWith("HTTP/1.1 200 ");
        read.ShouldStartWith("HTTP/1.1 200 ");
        house.Agent.Requests.Select(one => one.Text).ShouldBe(["{}", ""]);
    }

    [Fact]
    public async Task What_is_pipelined_behind_a_request_that_is_refused_for_its_form_is_not_read()
    {
        await using var house = await InboundHouse.StartAsync();
        var second = $"POST /ask HTTP/1.1\r\nhost: a\r\n{Auth}{Json}content-length: 2\r\n\r\n{{}}";

        var answer = await house.RawAsync(
            $"POST /a;b HTTP/1.1\r\nhost: a\r\n{Auth}{Json}content-length: {second.Length}\r\n\r\n{second}"
        );
        var other = await house.RawAsync(
            $"POST /ask HTTP/1.1\r\nhost: a\r\n{Json}content-length: {second.Length}\r\n\r\n{second}"
        );

        answer.ShouldStartWith("HTTP/1.1 400 ");
        other.ShouldStartWith("HTTP/1.1 401 ");
        house.Agent.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Requests_that_are_pipelined_are_each_decided()
    {
        await using var house = await InboundHouse.StartAsync();

        var answer = await house.RawAsync(
            $"GET /open/a HTTP/1.1\r\nhost: a\r\n{Auth}\r\n"
                + $"GET /open/admin/a HTTP/1.1\r\nhost: a\r\n{Auth}\r\n"
                + $"GET /open/b HTTP/1.1\r\nhost: a\r\n{Auth}connection: close\r\n\r\n"
        );

        answer.Split("HTTP/1.1 ").Skip(1).Select(one => one[..3]).ShouldBe(["200", "403", "200"]);
        house.Agent.Requests.Select(one => one.Target).ShouldBe(["/open/a", "/open/b"]);
    }
}
