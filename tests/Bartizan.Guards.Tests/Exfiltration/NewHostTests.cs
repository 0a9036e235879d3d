using Bartizan.Core.Enforcement;
using Bartizan.Guards.Tests.Contents;

namespace Bartizan.Guards.Tests.Exfiltration;

/// <summary>A token that looks drawn by lot, to a host that the session has sent nothing to.</summary>
public sealed class NewHostTests
{
    private const string Guards = "{ output: { exfiltration: block } }";
    private const string Token = "q7Hs0dKz2LwPx9Vb4NcRt8Ym3Jf6Ga1E";

    [Theory]
    [InlineData($"GET /log?d={Token} HTTP/1.1\r\n", "")]
    [InlineData($"GET /{Token} HTTP/1.1\r\n", "")]
    [InlineData($"GET / HTTP/1.1\r\nX-Note: {Token}\r\n", "")]
    [InlineData("POST / HTTP/1.1\r\n", $"note={Token}")]
    [InlineData("POST / HTTP/1.1\r\n", "{\"note\":\"9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c\"}")]
    public async Task It_is_refused(string head, string body)
    {
        var report = await new House(Guards).HttpAsync(head, body);
        report.Strictest.ShouldBe(Effect.Deny);
        report.Findings.ShouldContain(f => f.Contains("token-to-new-host"));
    }

    [Theory]
    [InlineData("GET /orders/5f0c954e-3b1d-4a51-9c9e-7d1f1f1c2b3a HTTP/1.1\r\n", "")]
    [InlineData("GET /a HTTP/1.1\r\nIf-None-Match: \"9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c\"\r\n", "")]
    [InlineData("GET /a HTTP/1.1\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n", "")]
    [InlineData(
        "POST /a HTTP/1.1\r\n",
        "{\"sha256\":\"9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c\"}"
    )]
    [InlineData("GET /o/r/commit/9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a HTTP/1.1\r\n", "")]
    [InlineData("GET /pkg/package-name-of-many-words-1.22.333-beta.4+build.20261122 HTTP/1.1\r\n", "")]
    [InlineData(
        "POST /a HTTP/1.1\r\n",
        "The quick brown fox_jumps-over/the_lazy=dog and getUserProfileSettingsByAccountId"
    )]
    public async Task Identifiers_digests_and_versions_are_none(string head, string body) =>
        (await new House(Guards).HttpAsync(head, body)).Strictest.ShouldBe(Effect.Allow);

    [Fact]
    public async Task A_host_that_was_spoken_to_is_no_new_one()
    {
        var house = new House(Guards);
        (await house.HttpAsync("GET / HTTP/1.1\r\n", "")).Strictest.ShouldBe(Effect.Allow);
        (await house.HttpAsync($"GET /{Token} HTTP/1.1\r\n", "")).Strictest.ShouldBe(Effect.Allow);
    }

    [Fact]
    public async Task A_refused_try_makes_no_host_known()
    {
        var house = new House(Guards);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            (await house.HttpAsync($"GET /{Token} HTTP/1.1\r\n", "")).Strictest.ShouldBe(Effect.Deny);
        }
    }

    [Fact]
    public async Task What_another_guard_refuses_makes_no_host_known()
    {
        var house = new House("{ output: { exfiltration: block, personal_data: block } }");
        (await house.HttpAsync("POST / HTTP/1.1\r\n", "to anna@shop.test")).Strictest.ShouldBe(Effect.Deny);
        (await house.HttpAsync($"GET /{Token} HTTP/1.1\r\n", "")).Strictest.ShouldBe(Effect.Deny);
    }

    [Fact]
    public async Task It_is_found_behind_a_megabyte_of_anything()
    {
        var body = string.Concat(Enumerable.Repeat("some words ", 100_000)) + Token;
        (await new House(Guards).HttpAsync("POST / HTTP/1.1\r\n", body)).Strictest.ShouldBe(Effect.Deny);
    }
}
