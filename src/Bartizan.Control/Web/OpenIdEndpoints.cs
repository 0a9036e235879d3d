using System.Collections.Immutable;
using Bartizan.Control.OpenId;
using Bartizan.Control.People;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Control.Web;

/// <summary>Where browsers are sent to the organisation's sign-in, and where they come back.</summary>
internal static class OpenIdEndpoints
{
    /// <summary>Where it begins.</summary>
    public const string BeginPath = "/auth/openid/begin";

    /// <summary>How they signed in, in a word.</summary>
    public const string How = PersonSessions.OpenId;

    private const string SignInPage = "/sign-in?failed=openid";

    /// <summary>Maps them.</summary>
    public static void Map(WebEndpoints web, WebHouse house, bool hasPages)
    {
        web.Go(BeginPath, Act.Enter, context => BeginAsync(context, house));
        web.Go(CodeFlow.CallbackPath, Act.Enter, context => EndAsync(context, house, hasPages));
    }

    private static async Task BeginAsync(HttpContext context, WebHouse house)
    {
        if (house.OpenId is not { } flow)
        {
            await WebGate.RefuseAsync(context, 404, "there is nothing here").ConfigureAwait(false);
            return;
        }

        var address = WebGate.AddressOf(context);
        var next = context.Request.Query["next"] is { Count: 1 } one ? one.ToString() : null;
        var start = await flow.BeginAsync(next, address, context.RequestAborted).ConfigureAwait(false);
        if (start.Address is null)
        {
            await house.Log.RefusedAsync("", $"from {address}", "sign-in", null, start.Why).ConfigureAwait(false);
            await WebGate.RefuseAsync(context, 503, start.Why).ConfigureAwait(false);
            return;
        }

        WebCookie.Give(context, WebCookie.SigningIn, start.Mark, CodeFlow.Lasts);
        Go(context, start.Address.AbsoluteUri);
    }

    private static async Task EndAsync(HttpContext context, WebHouse house, bool hasPages)
    {
        if (house.OpenId is not { } flow)
        {
            await WebGate.RefuseAsync(context, 404, "there is nothing here").ConfigureAwait(false);
            return;
        }

        var address = WebGate.AddressOf(context);
        _ = WebCookie.TryRead(context.Request.Headers.Cookie, WebCookie.SigningIn, out var mark);
        WebCookie.Take(context, WebCookie.SigningIn);
        var answer = context.Request.Query.ToDictionary(
            one => one.Key,
            one => one.Value.Select(value => value ?? "").ToImmutableArray(),
            StringComparer.Ordinal
        );
        var end = await flow.EndAsync(answer, mark, context.RequestAborted).ConfigureAwait(false);
        var entered = end.Person is { } person
            ? await house.SignIns.AdmitAsync(person, How, address, () => end.Grants).ConfigureAwait(false)
            : Entered.Failed;
        if (entered.Cookie is { } cookie)
        {
            WebApi.Begin(context, house, cookie);
            Go(context, end.Next);
            return;
        }

        var why =
            entered.IsBusy ? "too many are signed in"
            : entered.Wait is not null ? "too many sign-ins of one person"
            : end.Why;
        await house.Log.RefusedAsync(end.Person ?? "", $"from {address}", "sign-in", null, why).ConfigureAwait(false);
        if (hasPages)
        {
            Go(context, SignInPage);
            return;
        }

        await WebGate.RefuseAsync(context, 401, "the sign-in came to nothing: begin again").ConfigureAwait(false);
    }

    private static void Go(HttpContext context, string to)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = to;
    }
}
