using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Client;
using Bartizan.Control.People;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bartizan.Control.Web;

/// <summary>
/// What each request passes before anything of it is looked at.
/// <code>
/// 1 headers      on every answer
/// 2 host         the configured one: a name that was made to lead here is another (DNS rebinding)
/// 3 method       GET and POST
/// 4 site         what changes something comes from this origin, or from no page at all
/// 5 caller       one cookie or one token, never both, never two
/// 6 permission   what the endpoint declares; what declares none isn't there
/// 7 form         what changes something by a cookie carries what another site can't know, unless it comes from the console's process
/// </code>
/// </summary>
internal sealed class WebGate(WebHouse house, WebOptions options)
{
    /// <summary>The header of step 7.</summary>
    public const string Form = "Bartizan-Form";

    /// <summary>
    /// Where the console's process says for whom it asks; believed on its socket only, and only for counting and for the log.
    /// </summary>
    public const string CallerAddress = "Bartizan-Caller";

    /// <summary>What somebody sends who isn't signed in: what they type at the entrance.</summary>
    public const long MaxStrangerBodyBytes = 8 << 10;

    /// <summary>Requests at once of whoever isn't signed in; each page asks over a connection to the console's socket.</summary>
    public const int MaxStrangers = 256;

    /// <summary>Of these, of one network (/24, /48).</summary>
    public const int MaxStrangersOfNetwork = 32;

    private const string CallerKey = "caller";
    private const string AddressKey = "address";
    private const string InnerHost = "bartizan";
    private const string Bearer = "Bearer ";
    private const string FetchDestination = "Sec-Fetch-Dest";
    private const string EventStream = "text/event-stream";

    private readonly Shares _strangers = new(MaxStrangers, MaxStrangersOfNetwork);
    private readonly string _origin = options.Origin.GetLeftPart(UriPartial.Authority);

    /// <summary>Who asks; null when nobody is signed in.</summary>
    public static Caller? CallerOf(HttpContext context) => context.Items[CallerKey] as Caller;

    /// <summary>Where from.</summary>
    public static string AddressOf(HttpContext context) => (string)context.Items[AddressKey]!;

    /// <summary>Steps 1 to 5.</summary>
    public async Task EnterAsync(HttpContext context, RequestDelegate next)
    {
        WebHeaders.Set(context.Response.Headers);
        var isInner = IsInner(context);
        if (isInner && !IsOurs(context))
        {
            await RefuseAsync(context, 403, "this socket belongs to another user").ConfigureAwait(false);
            return;
        }

        context.Items[AddressKey] = AddressFor(context, isInner);
        var request = context.Request;
        var host = isInner ? InnerHost : options.Origin.Authority;
        if (!string.Equals(request.Host.Value, host, StringComparison.OrdinalIgnoreCase))
        {
            await RefuseAsync(context, 421, "this isn't the address of this instance").ConfigureAwait(false);
            return;
        }

        var changes = HttpMethods.IsPost(request.Method);
        if (!changes && !HttpMethods.IsGet(request.Method))
        {
            await RefuseAsync(context, 405, "GET and POST, nothing else").ConfigureAwait(false);
            return;
        }

        var authorization = request.Headers.Authorization;
        if (!WebCookie.TryRead(request.Headers.Cookie, WebCookie.Session, out var cookie))
        {
            // Which of the two is ours can't be told.
            await RefuseAsync(context, 400, "there is more than one cookie of this instance").ConfigureAwait(false);
            return;
        }

        if (authorization.Count > 0 && (authorization.Count > 1 || cookie is not null))
        {
            await RefuseAsync(context, 400, "one cookie or one token, not both").ConfigureAwait(false);
            return;
        }

        if (!isInner && !IsOfThisSite(request, changes, authorization.Count > 0))
        {
            await house
                .Log.RefusedAsync("", $"from {AddressOf(context)}", request.Path, null, "it comes from another site")
                .ConfigureAwait(false);
            await RefuseAsync(context, 403, "this comes from another site").ConfigureAwait(false);
            return;
        }

        context.Items[CallerKey] =
            authorization.Count == 1 ? OfToken(context, authorization.ToString())
            : cookie is not null ? OfCookie(context, cookie)
            : null;
        await next(context).ConfigureAwait(false);
    }

    /// <summary>Steps 6 and 7.</summary>
    public async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Declared>() is not { } declared)
        {
            await RefuseAsync(context, 404, "there is nothing here").ConfigureAwait(false);
            return;
        }

        if (CallerOf(context) is not { } caller)
        {
            await AdmitStrangerAsync(context, declared.Act, next).ConfigureAwait(false);
            return;
        }

        if (Permission.IsOpen(declared.Act))
        {
            await ControlJson.RunAsync(context, caller.Account, next).ConfigureAwait(false);
            return;
        }

        if (caller.Session is { } session && HttpMethods.IsPost(context.Request.Method) && !HasForm(context, session))
        {
            await DenyAsync(context, caller, "the request isn't one of this sign-in's own pages").ConfigureAwait(false);
            return;
        }

        if (Permission.NeedsPerson(declared.Act) && caller.Session is null)
        {
            await DenyAsync(context, caller, "a person does that, and no token").ConfigureAwait(false);
            return;
        }

        if (!Permission.Somewhere(caller.Grants, declared.Act))
        {
            await DenyAsync(context, caller, "none of your roles lets you do that").ConfigureAwait(false);
            return;
        }

        await ControlJson.RunAsync(context, caller.Account, next).ConfigureAwait(false);
    }

    // INVARIANT: whoever isn't signed in has little of the memory and a share of the work, before anything of a body is read.
    private async Task AdmitStrangerAsync(HttpContext context, Act act, RequestDelegate next)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MaxStrangerBodyBytes;
        }

        if (!Permission.IsOpen(act))
        {
            await RefuseAsync(context, 401, "sign in first").ConfigureAwait(false);
            return;
        }

        // What the console asks in somebody's place was counted when their browser asked for it.
        var network = IsInner(context) ? null : SignInThrottle.NetworkOf(AddressOf(context));
        if (network is not null && !_strangers.TryTake(network))
        {
            context.Response.Headers.RetryAfter = "1";
            await RefuseAsync(context, 503, "too many ask at once who aren't signed in: come again")
                .ConfigureAwait(false);
            return;
        }

        try
        {
            await ControlJson.RunAsync(context, "", next).ConfigureAwait(false);
        }
        finally
        {
            if (network is not null)
            {
                _strangers.Release(network);
            }
        }
    }

    /// <summary>Says no to somebody who is signed in, and records it.</summary>
    public async Task DenyAsync(HttpContext context, Caller caller, string why)
    {
        await house.Log.RefusedAsync(caller, context.Request.Path, null, why).ConfigureAwait(false);
        await RefuseAsync(context, 403, why).ConfigureAwait(false);
    }

    /// <summary>Tells somebody who does more than people do to wait, and records it.</summary>
    public async Task SlowDownAsync(HttpContext context, Caller caller, TimeSpan wait)
    {
        const string Why = "that is more at once than people do: wait";
        await house.Log.RefusedAsync(caller, context.Request.Path, null, Why).ConfigureAwait(false);
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        await RefuseAsync(context, 429, Why).ConfigureAwait(false);
    }

    /// <summary>Says no.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string why) =>
        ControlJson.AnswerAsync(context, status, new ControlProblem(4, why));

    private bool IsOfThisSite(HttpRequest request, bool changes, bool isToken)
    {
        var (origin, site) = (request.Headers.Origin, request.Headers["Sec-Fetch-Site"]);
        if (origin.Count > 1 || site.Count > 1 || (origin.Count == 1 && origin.ToString() != _origin))
        {
            return false;
        }

        var isOwn = site.Count == 0 || site.ToString() is "same-origin" or "none";
        return changes
            ? isOwn && (isToken || origin.Count == 1)
            // A person may follow a link to a page, or come back from where they signed in; nobody reads the API from elsewhere.
            : isOwn || !request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase);
    }

    private Caller? OfToken(HttpContext context, string header) =>
        header.StartsWith(Bearer, StringComparison.Ordinal)
        && house.Book.FindToken(header[Bearer.Length..]) is { } token
        && house.Tokens.GrantsOf(token) is { } grants
            ? new Caller
            {
                Person = token.Person,
                Account = house.AccountOf(token.Person),
                Grants = grants,
                Address = AddressOf(context),
                How = "token",
                Token = token.Id,
            }
            : null;

    private Caller? OfCookie(HttpContext context, string cookie) =>
        house.Sessions.Find(cookie, IsActOfPerson(context)) is { } session && session.Grants is { } grants
            ? new Caller
            {
                Person = session.Person,
                Account = house.AccountOf(session.Person),
                Grants = grants,
                Address = AddressOf(context),
                How = session.How,
                Session = session,
            }
            : null;

    // What a page asks for by itself (`fetch`, `EventSource`, scripts, pictures) goes on when nobody looks at it any more. Browsers say
    // which it is, and no page can say otherwise; what the console asks in somebody's place was counted when their browser asked for it.
    private static bool IsActOfPerson(HttpContext context) =>
        !IsInner(context)
        && (
            HttpMethods.IsPost(context.Request.Method)
            || (
                context.Request.Headers[FetchDestination] is not { Count: > 0 } destination
                || destination.ToString() == "document"
            )
                && !context.Request.Headers.Accept.ToString().Contains(EventStream, StringComparison.OrdinalIgnoreCase)
                && context.Request.Path != RecordEndpoints.Changes
        );

    // No browser reaches the console's socket, and what the console passes on there came through step 4: without the header it passes.
    private static bool HasForm(HttpContext context, PersonSession session) =>
        context.Request.Headers[Form] is { Count: > 0 } sent
            ? sent.Count == 1
                && CryptographicOperations.FixedTimeEquals(
                    Encoding.UTF8.GetBytes(sent.ToString()),
                    Encoding.UTF8.GetBytes(session.Form)
                )
            : IsInner(context);

    private bool IsOurs(HttpContext context) =>
        PeopleGate.Peer(context.Features) is { } uid && (uid == options.Uid || uid == 0);

    private static bool IsInner(HttpContext context) =>
        context.Features.Get<IConnectionSocketFeature>() is { Socket.AddressFamily: AddressFamily.Unix };

    // Of the console's process no address is known but the one that it tells; of anybody else none is believed.
    private static string AddressFor(HttpContext context, bool isInner) =>
        !isInner ? context.Connection.RemoteIpAddress?.ToString() ?? "nowhere"
        : context.Request.Headers[CallerAddress] is { Count: 1 } told
        && IPAddress.TryParse(told.ToString(), out var address)
            ? address.ToString()
        : "nowhere";
}
