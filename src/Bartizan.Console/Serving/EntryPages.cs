using Bartizan.Client;
using Bartizan.Client.People;
using Bartizan.Console.Pages;
using Bartizan.Console.Texts;
using Bartizan.Console.Views;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Console.Serving;

/// <summary>Signing in and out, and setting an account up. The cookie is the control API's; it is handed on as it is.</summary>
internal static class EntryPages
{
    /// <summary>Where one signs in; and where one comes back to when the organisation's sign-in failed.</summary>
    public static Task ShowAsync(Visit visit) =>
        SignInAsync(
            visit,
            200,
            Names.Next(visit.Request.Query["next"]),
            "",
            visit.Request.Query["failed"] == "openid"
                ? "Your organisation's sign-in came to nothing: begin again."
                : null
        );

    /// <summary>Signs in.</summary>
    public static async Task EnterAsync(Visit visit, IFormCollection form)
    {
        var next = Names.Next(form["next"]);
        var person = Form.Text(form, "person") ?? "";
        try
        {
            var entered = await visit
                .Client.EnterAsync(
                    new EnterRequest
                    {
                        Person = person,
                        Passphrase = form["passphrase"].ToString(),
                        Code = Form.Text(form, "code") ?? "",
                    },
                    visit.Stop
                )
                .ConfigureAwait(false);
            LetIn(visit, entered, next);
        }
        catch (ControlException e) when (e.Status is >= 400 and < 500)
        {
            await SignInAsync(visit, e.Status, next, person, e.Problem.Error).ConfigureAwait(false);
        }
    }

    /// <summary>Signs out.</summary>
    public static async Task LeaveAsync(Visit visit, IFormCollection _)
    {
        LetIn(visit, await visit.Client.LeaveAsync(new LeaveRequest(), visit.Stop).ConfigureAwait(false), "/sign-in");
        visit.Response.Headers["clear-site-data"] = "\"cache\", \"storage\"";
    }

    /// <summary>Where an account is set up.</summary>
    public static Task ShowSetUpAsync(Visit visit) => SetUpAsync(visit, 200, "", "", null, null);

    /// <summary>A step of it.</summary>
    public static async Task SetUpAsync(Visit visit, IFormCollection form)
    {
        var (person, token) = (Form.Text(form, "person") ?? "", Form.Text(form, "token") ?? "");
        try
        {
            var reply = await visit
                .Client.SetUpAsync(Step(form, person, token, withPassphrase: true), visit.Stop)
                .ConfigureAwait(false);
            await SetUpAsync(visit, 200, person, token, reply, null).ConfigureAwait(false);
        }
        catch (ControlException e) when (e.Status is >= 400 and < 500)
        {
            // What was wrong with the second step is told beside its fields, which need the secret again.
            var again = form.ContainsKey("passphrase")
                ? await SecretAsync(visit, form, person, token).ConfigureAwait(false)
                : null;
            await SetUpAsync(visit, e.Status, person, token, again, e.Problem.Error).ConfigureAwait(false);
        }
    }

    /// <summary>Where the glass is broken.</summary>
    public static Task ShowGlassAsync(Visit visit) => GlassAsync(visit, 200, null);

    /// <summary>Breaks it.</summary>
    public static async Task BreakGlassAsync(Visit visit, IFormCollection form)
    {
        try
        {
            var request = new BreakGlassRequest { Token = Form.Text(form, "token") ?? "" };
            LetIn(visit, await visit.Client.BreakGlassAsync(request, visit.Stop).ConfigureAwait(false), "/");
        }
        catch (ControlException e) when (e.Status is >= 400 and < 500)
        {
            await GlassAsync(visit, e.Status, e.Problem.Error).ConfigureAwait(false);
        }
    }

    private static async Task<SetupReply?> SecretAsync(Visit visit, IFormCollection form, string person, string token)
    {
        try
        {
            return await visit
                .Client.SetUpAsync(Step(form, person, token, withPassphrase: false), visit.Stop)
                .ConfigureAwait(false);
        }
        catch (ControlException)
        {
            return null;
        }
    }

    private static SetupRequest Step(IFormCollection form, string person, string token, bool withPassphrase) =>
        new()
        {
            Person = person,
            Token = token,
            Passphrase = withPassphrase && form["passphrase"].ToString() is { Length: > 0 } phrase ? phrase : null,
            Code = withPassphrase ? Form.Text(form, "code") : null,
        };

    private static void LetIn(Visit visit, SignedIn entered, string path)
    {
        foreach (var cookie in entered.Cookies)
        {
            visit.Response.Headers.Append("set-cookie", cookie);
        }

        visit.Go(path);
    }

    private static async Task SignInAsync(Visit visit, int status, string next, string person, string? problem)
    {
        var entry = await visit.Client.EntryAsync(visit.Stop).ConfigureAwait(false);
        await visit
            .ShowAsync<SignIn>(
                status,
                ("Frame", Frame.Bare("Sign in")),
                ("Accounts", entry.Accounts),
                (
                    "OpenId",
                    entry.OpenId is { } path && Names.Next(path) == path
                        ? $"{path}?next={Uri.EscapeDataString(next)}"
                        : null
                ),
                ("Next", next),
                ("Person", person),
                ("Problem", problem)
            )
            .ConfigureAwait(false);
    }

    private static Task SetUpAsync(
        Visit visit,
        int status,
        string person,
        string token,
        SetupReply? reply,
        string? problem
    ) =>
        visit.ShowAsync<SetUp>(
            status,
            ("Frame", Frame.Bare("Set up your account")),
            ("Person", person),
            ("Token", token),
            ("Reply", reply),
            ("Problem", problem)
        );

    private static Task GlassAsync(Visit visit, int status, string? problem) =>
        visit.ShowAsync<Glass>(status, ("Frame", Frame.Bare("Break the glass")), ("Problem", problem));
}
