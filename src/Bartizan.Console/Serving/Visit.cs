using System.Globalization;
using System.Text.Json;
using Bartizan.Client;
using Bartizan.Client.People;
using Bartizan.Console.Pages;
using Bartizan.Console.Texts;
using Bartizan.Console.Views;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Console.Serving;

/// <summary>One request of one person, with the control API as they may use it.</summary>
internal sealed class Visit(HttpContext context, ControlClient client)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>The control API, for this person.</summary>
    public ControlClient Client => client;

    /// <summary>The request.</summary>
    public HttpRequest Request => context.Request;

    /// <summary>The answer.</summary>
    public HttpResponse Response => context.Response;

    /// <summary>Fires when the window is closed.</summary>
    public CancellationToken Stop => context.RequestAborted;

    /// <summary>A part of the path.</summary>
    public string Route(string name) => context.Request.RouteValues[name] as string ?? "";

    /// <summary>A number of the query; null for none.</summary>
    public long? Number(string name) =>
        long.TryParse(
            context.Request.Query[name].ToString(),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;

    /// <summary>What stands around a page of this person's.</summary>
    public async Task<Frame> FrameAsync(string title, string here, params string[] modules)
    {
        var me = await MeAsync().ConfigureAwait(false);
        var status = await client.StatusAsync(Stop).ConfigureAwait(false);
        var (waiting, problem) = await CountAsync().ConfigureAwait(false);
        return new Frame(title, here, me?.Person ?? "", status.Instance, waiting, me?.Session is not null)
        {
            Modules = ["live", .. modules],
            Notices = [.. me?.Notices ?? [], .. problem is null ? [] : (string[])[problem]],
            Switchable = me is null ? ["*"] : [.. me.Grants.Where(IsSwitch).SelectMany(grant => grant.Agents)],
        };
    }

    private static bool IsSwitch(GrantLine grant) => grant.Role is "operator" or "administrator";

    // A page is worth having without it: nobody is kept from the switches because a number isn't known.
    private async Task<(int Waiting, string? Problem)> CountAsync()
    {
        try
        {
            return ((await client.WaitingAsync(Stop).ConfigureAwait(false)).Count, null);
        }
        catch (ControlException e) when (e.Status != StatusCodes.Status401Unauthorized)
        {
            return (0, $"How many actions wait for people isn't known: {e.Problem.Error}");
        }
    }

    // Where the socket says who asks, nobody signs in: there all is theirs.
    private async Task<MeReply?> MeAsync()
    {
        try
        {
            return await client.MeAsync(Stop).ConfigureAwait(false);
        }
        catch (ControlException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }

    /// <summary>Answers with a page.</summary>
    public async Task ShowAsync<TPage>(int status, params (string Name, object? Value)[] parameters)
        where TPage : IComponent
    {
        var html = await PageRenderer
            .RenderAsync<TPage>(parameters.ToDictionary(one => one.Name, one => one.Value))
            .ConfigureAwait(false);
        Response.StatusCode = status;
        Response.ContentType = "text/html; charset=utf-8";
        await Response.WriteAsync(html, Stop).ConfigureAwait(false);
    }

    /// <summary>Answers a module of the console's own.</summary>
    public async Task SendAsync<T>(T value)
    {
        Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(Response.Body, value, s_json, Stop).ConfigureAwait(false);
    }

    /// <summary>As a line of JSON.</summary>
    public static string Json<T>(T value) => JsonSerializer.Serialize(value, s_json);

    /// <summary>Sends the browser to another page of the console.</summary>
    public void Go(string path)
    {
        Response.StatusCode = StatusCodes.Status303SeeOther;
        Response.Headers.Location = path;
    }

    /// <summary>Says what came of a form.</summary>
    public async Task SayAsync(string title, string here, string says, string on, string name) =>
        await ShowAsync<Notice>(
                200,
                ("Frame", await FrameAsync(title, here).ConfigureAwait(false)),
                ("Says", says),
                ("OnPath", on),
                ("OnName", name)
            )
            .ConfigureAwait(false);

    /// <summary>Says what the control API refused; who isn't signed in is sent to where one signs in.</summary>
    public Task RefusedAsync(ControlException e)
    {
        if (e.Status == StatusCodes.Status401Unauthorized)
        {
            var next = HttpMethods.IsGet(Request.Method) ? $"{Request.Path}{Request.QueryString}" : "/";
            Go($"/sign-in?next={Uri.EscapeDataString(Names.Next(next))}");
            return Task.CompletedTask;
        }

        var status = e.Status is 0 or >= 500 ? StatusCodes.Status502BadGateway : e.Status;
        return ProblemAsync(status, e.Problem.Error, e.Problem.Hint);
    }

    /// <summary>Says what is wrong; to somebody who is signed in with the way out, for it may be all that they ever see here.</summary>
    public async Task ProblemAsync(int status, string says, string? hint)
    {
        var me = await FindMeAsync().ConfigureAwait(false);
        await ShowAsync<Notice>(
                status,
                ("Frame", new Frame(TitleOf(status), "-", me?.Person ?? "", "", 0, me?.Session is not null)),
                ("Says", says),
                ("Hint", hint),
                ("IsProblem", true),
                ("OnPath", "/"),
                ("OnName", "To the sessions")
            )
            .ConfigureAwait(false);
    }

    // Nobody, where the instance doesn't say: what is wrong is told all the same.
    private async Task<MeReply?> FindMeAsync()
    {
        try
        {
            return await MeAsync().ConfigureAwait(false);
        }
        catch (ControlException)
        {
            return null;
        }
    }

    private static string TitleOf(int status) =>
        status switch
        {
            StatusCodes.Status403Forbidden => "Not allowed",
            StatusCodes.Status404NotFound => "Not here",
            StatusCodes.Status502BadGateway => "The instance doesn't answer",
            _ => "Not done",
        };
}
