using Bartizan.Core.Enforcement;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Tests.Contents;

namespace Bartizan.Guards.Tests.Sensitive;

/// <summary>What tells of the inside of a network or a host.</summary>
public sealed class InternalScanTests
{
    private const double Sure = 0.75;

    [Theory]
    [InlineData("connect to 10.20.30.40:5432 now", "internal-address")]
    [InlineData("host=172.16.0.9", "internal-address")]
    [InlineData("http://192.168.1.1/admin", "internal-address")]
    [InlineData("curl 169.254.169.254/latest", "internal-address")]
    [InlineData("ping fd12:3456:789a::1", "internal-address")]
    [InlineData("ping fe80::1ff:fe23:4567:890a", "internal-address")]
    [InlineData("https://vault.internal/v1", "internal-host")]
    [InlineData("the host db7.prod.corp answers", "internal-host")]
    [InlineData("orders.shop.svc.cluster.local:8080", "internal-host")]
    [InlineData("ssh root@printer.lan", "internal-host")]
    [InlineData("open /home/anna/secret plans", "host-path")]
    [InlineData("see C:\\Users\\anna\\notes.txt", "host-path")]
    [InlineData("   at Shop.Cart.Add(Item item) in /src/Cart.cs:line 12", "stack-trace")]
    [InlineData("\tat shop.Cart.add(Cart.java:12)", "stack-trace")]
    [InlineData("    at add (/app/cart.js:12:7)", "stack-trace")]
    [InlineData("    at /app/cart.js:12:7", "stack-trace")]
    [InlineData("Traceback (most recent call last):\n", "stack-trace")]
    [InlineData("  File \"/app/main.py\", line 7, in run", "stack-trace")]
    [InlineData("goroutine 12 [running]:", "stack-trace")]
    public void It_is_found(string text, string kind) =>
        Of(text).ShouldContain(f => f.Kind == kind && f.Confidence >= Sure, text);

    [Theory]
    [InlineData("Version 10.0.3.1 is out")]
    [InlineData("v10.2.3.4")]
    [InlineData("10.5.2026 is a date, 192.168 a number, and 10.0.22631.1 a build")]
    [InlineData("8.8.8.8 and 172.32.0.1 and 2001:db8::1")]
    [InlineData("import com.example.internal.Cart;")]
    [InlineData("edit .env.local and settings.local.json")]
    [InlineData("call this.internal(x) of an internal host")]
    [InlineData("local.corporate.example and lan.example.com")]
    [InlineData("see https://example.com/home/anna/page and ~/etc/")]
    [InlineData("read /etc/hosts and /var/log/syslog")]
    [InlineData("we met at home.com (see below)")]
    [InlineData("   at noon (or later) we leave")]
    [InlineData("he is at Shop. Traceback is a word")]
    [InlineData("the feed added fdisk and fcntl: a file \"a.txt\" was there")]
    [InlineData("/workspace/src/main.cs has 12 lines")]
    public void Ordinary_text_holds_none(string text) => Of(text).ShouldNotContain(f => f.Confidence >= Sure, text);

    [Fact]
    public async Task It_is_refused_asked_or_taken_out_as_the_manifest_says()
    {
        const string Arguments = """{"text":"db is at 10.20.30.40 today"}""";
        (await new House("{ output: { internals: block } }").ToolAsync(Arguments)).Strictest.ShouldBe(Effect.Deny);
        (await new House("{ output: { internals: ask } }").ToolAsync(Arguments)).Strictest.ShouldBe(Effect.Ask);
        (await new House("{ output: { secrets: block } }").ToolAsync(Arguments)).Strictest.ShouldBe(Effect.Allow);
        var redacted = await new House("{ output: { internals: redact } }").ToolAsync(Arguments);
        redacted.Strictest.ShouldBe(Effect.Allow);
        redacted.Instead.GetRawText().ShouldBe("""{"text":"db is at [internal-address-1] today"}""");
    }

    [Fact]
    public async Task A_disguise_does_not_help()
    {
        var house = new House("{ output: { internals: block } }");
        var encoded = Convert.ToBase64String("connect to 10.20.30.40 at once, please"u8.ToArray());
        (await house.ToolAsync($$"""{"text":"{{encoded}}"}""")).Strictest.ShouldBe(Effect.Deny);
        (await house.HttpAsync("GET /?h=vault%2Einternal%3A8200 HTTP/1.1\r\n", "")).Strictest.ShouldBe(Effect.Deny);
    }

    private static IEnumerable<ContentFinding> Of(string text) =>
        ContentScan.Of(text, Channel.Untrusted, Sought.Internals).Findings;
}
