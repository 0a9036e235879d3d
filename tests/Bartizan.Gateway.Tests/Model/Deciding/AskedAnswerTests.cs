using System.Text;
using Bartizan.Core.Approvals;

namespace Bartizan.Gateway.Tests.Model.Deciding;

/// <summary>A tool call in a model's answer that a person is asked about, in each wire, streamed and whole.</summary>
public sealed class AskedAnswerTests
{
    private const string Gemini = "/v1beta/models/gemini-2.5-pro";

    private static readonly (string, string) s_call = ("bash", """{"command":"ls"}""");

    private static readonly (string, string) s_geminiCall = ("run_shell_command", """{"command":"ls"}""");

    public static TheoryData<string> Paths => [Wires.Anthropic, Wires.Chat, Wires.Responses, Gemini];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_stream_is_kept_alive_while_a_person_is_asked_and_goes_on_byte_for_byte_after_a_yes(string path)
    {
        await using var house = await StartAsync(path);
        var asked = Asked(house);
        var stream = StreamOf(path);
        house.Upstream.Answer = context => ScriptedUpstream.StreamAsync(context, stream);
        using var response = await house.House.SendAsync(Target(path, ":streamGenerateContent?alt=sse"), Body(path));
        var request = await asked.Request.Task.WaitAsync(Wait.Long);

        // The clock of the house hurries: what a client would hear after a quarter of a minute comes at once.
        var body = await response.Content.ReadAsStreamAsync();
        var heard = new StringBuilder();
        if (path != Gemini)
        {
            await UntilAsync(body, heard, text => Count(text, ": waiting") >= 2);
            heard.ToString().ShouldNotContain("\"ls\"");
        }

        asked.Answer.SetResult(new Approval(true, request.Digest, "ann", null));
        using var rest = new StreamReader(body);
        heard.Append(await rest.ReadToEndAsync());

        heard.ToString().Replace(": waiting\n\n", "", StringComparison.Ordinal).ShouldBe(stream);
        heard.ToString().Contains(": waiting", StringComparison.Ordinal).ShouldBe(path != Gemini);
        house.Granted.ShouldBe(["ls"]);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_body_waits_for_the_person_and_is_the_upstreams_own_after_a_yes(string path)
    {
        await using var house = await StartAsync(path);
        var asked = Asked(house);
        var whole = WholeOf(path);
        house.Upstream.Answer = context => ScriptedUpstream.JsonAsync(context, whole);
        var sending = house.House.SendAsync(Target(path, ":generateContent"), Body(path, stream: false));
        var request = await asked.Request.Task.WaitAsync(Wait.Long);

        asked.Answer.SetResult(new Approval(true, request.Digest, "ann", null));
        using var response = await sending;

        (await response.Content.ReadAsStringAsync()).ShouldBe(whole);
        house.Granted.ShouldBe(["ls"]);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_no_puts_the_reason_in_the_calls_place_streamed_and_whole(string path)
    {
        await using var house = await StartAsync(path);
        house.House.Asked = request => Task.FromResult(new Approval(false, request.Digest, "ann", "not on a Friday"));

        house.Upstream.Answer = context => ScriptedUpstream.StreamAsync(context, StreamOf(path));
        using var streamed = await house.House.SendAsync(Target(path, ":streamGenerateContent?alt=sse"), Body(path));
        house.Upstream.Answer = context => ScriptedUpstream.JsonAsync(context, WholeOf(path));
        using var whole = await house.House.SendAsync(Target(path, ":generateContent"), Body(path, stream: false));

        foreach (var response in new[] { streamed, whole })
        {
            var text = await response.Content.ReadAsStringAsync();
            text.ShouldContain("Bartizan refused");
            text.ShouldContain("exec ls");
            text.ShouldContain("not on a Friday");
            text.ShouldNotContain("{\"command\"");
            text.ShouldNotContain("{\\\"command\\\"");
        }

        house.Granted.ShouldBeEmpty();
        house.Refused.ShouldBe(["ls", "ls"]);
    }

    [Fact]
    public async Task A_client_that_goes_while_a_person_is_asked_leaves_no_granted_call()
    {
        await using var house = await StartAsync(Wires.Anthropic);
        var asked = Asked(house);
        house.Upstream.Answer = context => ScriptedUpstream.StreamAsync(context, StreamOf(Wires.Anthropic));
        using var response = await house.House.SendAsync(Wires.Anthropic, Body(Wires.Anthropic));
        var request = await asked.Request.Task.WaitAsync(Wait.Long);

        using var gone = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var body = await response.Content.ReadAsStreamAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => body.CopyToAsync(Stream.Null, gone.Token));
        var withdrawn = await Task.WhenAny(asked.Withdrawn.Task, Task.Delay(Wait.Long));
        asked.Answer.SetResult(new Approval(true, request.Digest, "ann", null));

        withdrawn.ShouldBe(asked.Withdrawn.Task);

        house.Granted.ShouldBeEmpty();
    }

    private static Question Asked(DecidedHouse house)
    {
        var question = new Question();
        house.House.Asked = request =>
        {
            question.Request.TrySetResult(request);
            return question.Answer.Task;
        };
        house.House.Withdrawn = () => question.Withdrawn.TrySetResult();
        return question;
    }

    private static Task<DecidedHouse> StartAsync(string path) =>
        DecidedHouse.StartAsync(
            path == Gemini ? "gemini" : "generic",
            url =>
                GatewayUnderTest
                    .Manifest(
                        url,
                        "  - allow: model google/gemini-*\n    why: Tests call it.\n  - ask: exec ls **\n    why: A person looks."
                    )
                    .Replace(
                        "credentials:",
                        $"  google: {{ api: gemini, url: \"{url}\", with: provider-key }}\ncredentials:",
                        StringComparison.Ordinal
                    ),
            new HurriedClock()
        );

    private static string Target(string path, string method) => path == Gemini ? path + method : path;

    private static string Body(string path, bool stream = true) =>
        path == Gemini
            ? """{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}"""
            : $$"""{"model":"{{(path == Wires.Anthropic ? "claude-test" : "gpt-test")}}","stream":{{(stream ? "true" : "false")}}}""";

    private static string StreamOf(string path) =>
        path == Gemini ? $"data: {WholeOf(path)}\n\n" : Wires.Stream(path, s_call);

    private static string WholeOf(string path) =>
        path != Gemini
            ? Wires.Body(path, s_call)
            : $$$"""{"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"},{"functionCall":{"name":"{{{s_geminiCall.Item1}}}","args":{{{s_geminiCall.Item2}}}}}]},"finishReason":"STOP","index":0}]}""";

    private static int Count(string text, string what) => text.Split(what).Length - 1;

    private static async Task UntilAsync(Stream body, StringBuilder heard, Func<string, bool> holds)
    {
        using var limit = new CancellationTokenSource(Wait.Long);
        var piece = new byte[4096];
        while (!holds(heard.ToString()))
        {
            var read = await body.ReadAsync(piece, limit.Token);
            read.ShouldBePositive(heard.ToString());
            heard.Append(Encoding.UTF8.GetString(piece, 0, read));
        }
    }

    private sealed class Question
    {
        public TaskCompletionSource<ApprovalRequest> Request { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<Approval> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Withdrawn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The system's clock, by which a quarter of a minute's wait is over at once.</summary>
    private sealed class HurriedClock : TimeProvider
    {
        private static readonly TimeSpan s_hurried = TimeSpan.FromSeconds(15);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime == s_hurried ? TimeSpan.FromMilliseconds(20) : dueTime, period);
    }
}
