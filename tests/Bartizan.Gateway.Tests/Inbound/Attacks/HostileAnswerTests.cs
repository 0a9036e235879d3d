using System.Net;
using System.Text;

namespace Bartizan.Gateway.Tests.Inbound.Attacks;

/// <summary>Heads of answers, and escapes of paths, that two readers read in two ways.</summary>
public sealed class HostileAnswerTests
{
    [Theory]
    [InlineData("s=1; SameSite=Lax; SameSite=None", "s=1; SameSite=Lax")]
    [InlineData("s=1; SameSite=Strict; samesite=none", "s=1; SameSite=Lax")]
    [InlineData("s=1; SameSite = None; Path=/", "s=1; Path=/; SameSite=Lax")]
    [InlineData("s=1; samesite=strict", "s=1; SameSite=Strict")]
    public async Task A_cookie_has_one_same_site_and_it_is_never_none(string said, string passed)
    {
        (await CookiesAsync(said)).ShouldBe([passed]);
    }

    [Theory]
    [InlineData("=bartizan-session=1")]
    [InlineData("s")]
    [InlineData("s=1; Domain=example.com")]
    [InlineData("s=1; domain =example.com")]
    [InlineData("s=1\t; Path=/")]
    public async Task A_cookie_that_browsers_read_in_their_own_ways_is_left_out(string said)
    {
        (await CookiesAsync(said)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("private=\"set-cookie\", max-age=600", "no-store")]
    [InlineData("max-age=600, x-private", "no-store")]
    [InlineData("private, s-maxage=600", "no-store")]
    [InlineData("private, max-age=600", "private, max-age=600")]
    public async Task Only_an_answer_that_is_private_by_a_word_of_its_own_is_kept(string said, string passed)
    {
        await using var house = await InboundHouse.StartAsync();
        house.Agent.Answer = context =>
        {
            context.Response.Headers.CacheControl = said;
            return Task.CompletedTask;
        };

        using var answer = await house.GetAsync("/open/a");

        answer.Headers.NonValidated["Cache-Control"].ToString().ShouldBe(passed);
    }

    [Theory]
    [InlineData("text/html; charset=utf-16")]
    [InlineData("application/json; charset=\"utf-16le\"")]
    [InlineData("text/plain;charset=utf-7")]
    [InlineData("text/plain; charset=utf-8; charset=utf-16")]
    [InlineData("text/plain; charset = iso-2022-jp")]
    public async Task An_answer_in_letters_that_guards_do_not_read_passes_nowhere(string type)
    {
        await using var house = await InboundHouse.StartAsync();
        house.Agent.Answer = async context =>
        {
            context.Response.Headers.ContentType = type;
            await context.Response.Body.WriteAsync("text"u8.ToArray());
        };

        using var answer = await house.GetAsync("/open/a");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
    }

    [Theory]
    [InlineData("text/html; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("text/plain; charset=iso-8859-1")]
    public async Task An_answer_in_letters_that_are_read_passes(string type)
    {
        await using var house = await InboundHouse.StartAsync();
        house.Agent.Answer = async context =>
        {
            context.Response.Headers.ContentType = type;
            await context.Response.Body.WriteAsync("{}"u8.ToArray());
        };

        using var answer = await house.GetAsync("/open/a");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.NonValidated["Content-Type"].ToString().ShouldBe(type);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_browsers_take_for_utf16_by_its_mark_passes_nowhere(bool isBigEndian)
    {
        await using var house = await InboundHouse.StartAsync(more: "guards: { output: { secrets: block } }");
        var letters = new UnicodeEncoding(isBigEndian, byteOrderMark: true);
        house.Agent.Answer = async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.Body.WriteAsync(letters.GetPreamble().AsMemory(0, 1));
            await context.Response.Body.FlushAsync();
            await context.Response.Body.WriteAsync(letters.GetPreamble().AsMemory(1));
            await context.Response.Body.WriteAsync(letters.GetBytes("some text"));
        };

        using var answer = await house.GetAsync("/open/a");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
    }

    [Theory]
    [InlineData("/open/%c0%ae%c0%ae/admin")]
    [InlineData("/open/%c0%afadmin")]
    [InlineData("/open/%e0%80%af")]
    [InlineData("/open/%ff")]
    [InlineData("/open/%ed%a0%80")]
    public async Task An_escape_that_is_no_utf8_is_no_path(string path)
    {
        await using var house = await InboundHouse.StartAsync();

        var refused = await house.RawAsync(Get(path));
        var taken = await house.RawAsync(Get("/open/%c3%a9"));

        refused.ShouldStartWith("HTTP/1.1 400");
        taken.ShouldStartWith("HTTP/1.1 200");
        house.Agent.Requests.ShouldHaveSingleItem();
    }

    private static string Get(string path) =>
        $"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {InboundHouse.Key}\r\nconnection: close\r\n\r\n";

    private static async Task<string[]> CookiesAsync(string said)
    {
        await using var house = await InboundHouse.StartAsync();
        house.Agent.Answer = context =>
        {
            context.Response.Headers.SetCookie = said;
            return Task.CompletedTask;
        };

        using var answer = await house.GetAsync("/open/a");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return answer.Headers.NonValidated.TryGetValues("Set-Cookie", out var cookies) ? [.. cookies] : [];
    }
}
