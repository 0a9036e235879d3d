using System.Globalization;
using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Client.People;
using Bartizan.Client.Sessions;
using Bartizan.Control.People;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Control.Web;

/// <summary>
/// The control API as a person elsewhere has it. What needs the host's own account (runs, the vault, exports, ends of the instance) isn't
/// here. Who sees agents sees those that a role of theirs is for, and no others.
/// </summary>
internal static class WebApi
{
    private static readonly IReadOnlyList<string?> s_instance = [null];

    /// <summary>Maps it.</summary>
    public static void Map(WebEndpoints web, WebHouse house, WebOptions options)
    {
        MapEntering(web, house, options);
        MapOneself(web, house);
        MapSessions(web, house.Instance);
        MapAsks(web, house.Instance);
        MapPeople(web, house);
        RecordEndpoints.Map(
            web.Of(Act.SeeLog),
            house.Instance,
            context => OnlookerOf(house, WebGate.CallerOf(context)!)
        );
    }

    private static void MapEntering(WebEndpoints web, WebHouse house, WebOptions options)
    {
        web.See(
            "/v1/entry",
            Act.Enter,
            _ => new EntryReply(true, house.OpenId is null ? null : OpenIdEndpoints.BeginPath)
        );
        web.Open(
            "/v1/enter",
            Act.Enter,
            async context =>
            {
                var request = await web.ReadAsync<EnterRequest>(context).ConfigureAwait(false);
                await LetInAsync(
                        context,
                        house,
                        await house
                            .SignIns.EnterAsync(request, WebGate.AddressOf(context), context.RequestAborted)
                            .ConfigureAwait(false)
                    )
                    .ConfigureAwait(false);
            }
        );
        web.Open(
            "/v1/break-glass",
            Act.Enter,
            async context =>
            {
                var request = await web.ReadAsync<BreakGlassRequest>(context).ConfigureAwait(false);
                await LetInAsync(
                        context,
                        house,
                        await house
                            .SignIns.BreakGlassAsync(request.Token, WebGate.AddressOf(context))
                            .ConfigureAwait(false)
                    )
                    .ConfigureAwait(false);
            }
        );
        web.Open(
            "/v1/setup",
            Act.Enter,
            async context =>
            {
                var request = await web.ReadAsync<SetupRequest>(context).ConfigureAwait(false);
                var reply = await house
                    .SignIns.SetUpAsync(request, WebGate.AddressOf(context), options.Instance, context.RequestAborted)
                    .ConfigureAwait(false);
                if (reply is null)
                {
                    await WebGate.RefuseAsync(context, 401, "that token sets up no account here").ConfigureAwait(false);
                    return;
                }

                await ControlJson.AnswerAsync(context, 200, reply).ConfigureAwait(false);
            }
        );
    }

    private static void MapOneself(WebEndpoints web, WebHouse house)
    {
        web.See("/v1/me", Act.SeeOneself, caller => Me(caller, house));
        web.See("/v1/me/sessions", Act.KeepOneself, caller => house.People.Sessions(caller.Person, caller.Session));
        web.Open(
            "/v1/leave",
            Act.KeepOneself,
            async context =>
            {
                var request = await web.ReadAsync<LeaveRequest>(context).ConfigureAwait(false);
                if (await web.StillAsync(context).ConfigureAwait(false) is not { } caller)
                {
                    return;
                }

                await LeaveAsync(house, caller, request).ConfigureAwait(false);
                if (!house.Sessions.IsLive(caller.Session!))
                {
                    WebCookie.Take(context, WebCookie.Session);
                    context.Response.Headers["Clear-Site-Data"] = "\"cache\", \"storage\"";
                }

                await ControlJson
                    .AnswerAsync(
                        context,
                        200,
                        new LeaveReply(
                            house.People.Sessions(caller.Person, caller.Session),
                            caller.How == OpenIdEndpoints.How && house.OpenId is { } flow
                                ? (await flow.SignOutAsync(context.RequestAborted).ConfigureAwait(false))?.AbsoluteUri
                                : null
                        )
                    )
                    .ConfigureAwait(false);
            }
        );
        web.Do<TokensRequest, TokensReply>(
            "/v1/tokens",
            Act.KeepOwnTokens,
            (_, _) => s_instance,
            (request, _) => Meant.Of(request),
            (request, caller, _) => house.Tokens.AnswerAsync(request, caller),
            request => request.Revoke is not null || request.Label is not null
        );
    }

    // What ends nothing is no act: whoever is signed in could fill the log with it.
    private static async Task LeaveAsync(WebHouse house, Caller caller, LeaveRequest request)
    {
        var ends = house
            .Sessions.All(caller.Person)
            .Where(one => request.All || (request.Session is { } id ? one.Id == id : one == caller.Session))
            .ToHashSet();
        if (ends.Count > 0)
        {
            await house.Log.DoneAsync(caller, "sign-out", request.All ? "all" : ends.First().Id).ConfigureAwait(false);
            house.Sessions.End(ends.Contains);
        }
    }

    private static void MapSessions(WebEndpoints web, IInstance instance)
    {
        web.See("/v1/status", Act.SeeInstance, caller => Seen(instance, caller));
        web.See("/v1/sessions", Act.SeeSessions, caller => Sessions(instance, caller));
        web.Do<SwitchRequest, SwitchReply>(
            "/v1/sessions/pause",
            Act.SwitchSessions,
            (request, caller) => SwitchScope.AgentsOf(instance, request, caller),
            Meant.Of,
            (request, caller, stop) => SwitchScope.ThrowAsync(instance, request, caller, instance.PauseAsync, stop)
        );
        web.Do<SwitchRequest, SwitchReply>(
            "/v1/sessions/resume",
            Act.SwitchSessions,
            (request, caller) => SwitchScope.AgentsOf(instance, request, caller),
            Meant.Of,
            (request, caller, stop) => SwitchScope.ThrowAsync(instance, request, caller, instance.ResumeAsync, stop)
        );
        web.Do<SwitchRequest, SwitchReply>(
            "/v1/sessions/kill",
            Act.SwitchSessions,
            (request, caller) => SwitchScope.AgentsOf(instance, request, caller),
            Meant.Of,
            (request, caller, stop) => SwitchScope.ThrowAsync(instance, request, caller, instance.KillAsync, stop)
        );
        web.Ask<LabelsRequest, LabelsReply>(
            "/v1/sessions/labels",
            Act.SeeContent,
            (request, _) => [SwitchScope.AgentOf(instance, request.Session)],
            (request, caller, stop) => instance.LabelsAsync(request, caller.Account, stop)
        );
        web.Do<LabelsRequest, LabelsReply>(
            "/v1/sessions/clear-label",
            Act.AnswerAsks,
            (request, _) => [SwitchScope.AgentOf(instance, request.Session)],
            Meant.Of,
            (request, caller, stop) => instance.ClearLabelAsync(request, caller.Account, stop)
        );
    }

    private static void MapAsks(WebEndpoints web, IInstance instance)
    {
        // Whoever may see an agent is told how many asks of theirs wait: none, for who answers none.
        web.See("/v1/approvals", Act.SeeSessions, caller => AskList.Of(instance, caller));
        web.See(
            ApprovalEndpoints.Waiting,
            Act.SeeSessions,
            caller => new WaitingReply(AskList.IdsOf(instance.Waiting(), caller).Count)
        );
        web.Of(Act.SeeAsks)
            .MapGet(
                ApprovalEndpoints.One,
                context =>
                    ApprovalEndpoints.AnswerOneAsync(
                        context,
                        AskList.One(instance, WebGate.CallerOf(context)!, ApprovalEndpoints.IdOf(context))
                    )
            );
        web.See(
            "/v1/approvals/statistics",
            Act.SeeAsks,
            caller => new StatisticsReply([
                .. instance.Statistics(caller.Account).People.Where(one => one.Person == caller.Account),
            ])
        );
        web.Do<AnswerRequest, AnswerReply>(
            "/v1/approvals/answer",
            Act.AnswerAsks,
            (request, _) => AskList.AgentsOf(instance, [request.Id]),
            Meant.Of,
            (request, caller, stop) => instance.AnswerAsync(request, caller.Account, stop)
        );
        web.Do<BatchRequest, AnswerReply>(
            "/v1/approvals/batch",
            Act.AnswerAsks,
            (request, _) => AskList.AgentsOf(instance, request.Items.Select(one => one.Id)),
            Meant.Of,
            (request, caller, stop) => instance.AnswerAllAsync(request, caller.Account, stop)
        );
    }

    private static void MapPeople(WebEndpoints web, WebHouse house)
    {
        web.See("/v1/people/sessions", Act.SeePeople, caller => house.People.Sessions(null, caller.Session));
        web.See("/v1/people", Act.SeePeople, _ => house.People.List());
        web.Do<PeopleRequest, PeopleReply>(
            "/v1/people",
            Act.ChangePeople,
            (_, _) => s_instance,
            (request, _) => Meant.Of(request),
            (request, caller, _) => house.People.AnswerAsync(request, caller),
            request => request.Verb != PeopleVerb.List
        );
    }

    // A session from before is over: nobody comes in under a name that somebody else may know (session fixation).
    private static async Task LetInAsync(HttpContext context, WebHouse house, Entered entered)
    {
        if (entered is { Session: { } session, Cookie: { } cookie })
        {
            Begin(context, house, cookie);
            var caller = new Caller
            {
                Person = session.Person,
                Account = house.AccountOf(session.Person),
                Grants = session.Grants ?? [],
                Address = WebGate.AddressOf(context),
                How = session.How,
                Session = session,
            };
            await ControlJson.AnswerAsync(context, 200, Me(caller, house)).ConfigureAwait(false);
            return;
        }

        if (entered.Wait is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds)
                .ToString(CultureInfo.InvariantCulture);
        }

        var (status, why) =
            entered.IsBusy ? (503, "too many are signing in: come again")
            : entered.Wait is not null ? (429, "too many attempts failed: wait")
            : (401, "name, passphrase or code are wrong");
        await WebGate.RefuseAsync(context, status, why).ConfigureAwait(false);
    }

    /// <summary>Gives a browser a session; the one that it had is over.</summary>
    internal static void Begin(HttpContext context, WebHouse house, string cookie)
    {
        if (WebGate.CallerOf(context)?.Session is { } before)
        {
            house.Sessions.End(one => one == before);
        }

        WebCookie.Give(context, WebCookie.Session, cookie);
    }

    private static MeReply Me(Caller caller, WebHouse house) =>
        new()
        {
            Person = caller.Person,
            How = caller.How,
            Grants = PeopleDesk.Lines(caller.Grants),
            Session = caller.Session?.Id,
            Form = caller.Session?.Form,
            Until = caller.Session?.Until,
            Notices = caller.Session is null ? [] : house.SignIns.Notices,
        };

    // Asked anew while somebody watches: a role that is taken away, and a sign-in that ends, end what they see.
    private static Onlooker OnlookerOf(WebHouse house, Caller caller)
    {
        Caller? Now() => house.Still(caller);
        return new Onlooker
        {
            Person = caller.Account,
            Agents = () => Now() is { } now ? Permission.AgentsOf(now.Grants, Act.SeeLog) : [],
            MaySee = agent => Now()?.May(Act.SeeLog, agent is null ? null : AgentName.Of(agent)) ?? false,
            Asks = AskList.Watched(house.Instance, Now),
            IsHere = () => Now() is not null,
        };
    }

    private static IReadOnlyList<SessionSummary> Sessions(IInstance instance, Caller caller) =>
        [.. instance.Sessions().Where(one => caller.May(Act.SeeSessions, AgentName.Of(one.Agent)))];

    // Whoever sees some agents is told of those; how long the log is, where entries go and what stands in databases is a matter of the
    // instance.
    private static StatusReply Seen(IInstance instance, Caller caller)
    {
        var status = instance.Status();
        return caller.May(Act.SeeInstance, null)
            ? status with
            {
                Endpoints = null,
            }
            : status with
            {
                Sessions = Sessions(instance, caller).Count,
                Entries = 0,
                Syncs = 0,
                Circuits = [.. status.Circuits.Where(one => caller.May(Act.SeeInstance, AgentName.Of(one.Agent)))],
                NewHosts = [.. status.NewHosts.Where(one => caller.May(Act.SeeInstance, AgentName.Of(one.Agent)))],
                Served =
                [
                    .. status
                        .Served.Where(one => caller.May(Act.SeeInstance, AgentName.Of(one.Agent)))
                        .Select(one => one with { Manifest = "" }),
                ],
                LogProblem = null,
                RetentionProblem = null,
                WebProblem = null,
                Exports = [],
                ExportProblem = null,
                PendingRoles = [],
                Endpoints = null,
            };
    }
}
