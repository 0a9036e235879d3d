using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Client.Custody;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Log.Witnessing;
using Bartizan.Records.Evidence;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan log export --evidence</c>: a session as a file that proves itself.</summary>
internal static class LogEvidence
{
    private const string PolicyFile = "witnesses.policy";
    private const string PoliciesFolder = "policies";

    /// <summary>Writes the bundle of a session.</summary>
    public static async Task<int> RunAsync(
        string session,
        string path,
        bool payloads,
        string? manifestPath,
        bool unsigned,
        bool json,
        CancellationToken cancellationToken
    )
    {
        if (!SessionId.TryParse(session, out var id))
        {
            return Screen.Error(ExitCode.Usage, $"`{session}` is no session", "`bartizan log kind:state` lists them");
        }

        EvidencePolicy? policy = null;
        if (manifestPath is not null)
        {
            if (ManifestFile.Load(manifestPath, out var code) is not { } manifest)
            {
                return code;
            }

            policy = await PolicyOfAsync(manifest, manifestPath, cancellationToken);
        }

        try
        {
            var home = ControlAddress.Default().Home;
            var document = await EvidenceWriter.WriteAsync(
                path,
                LogCommand.Places(),
                id,
                new EvidenceOptions
                {
                    Exported = new EvidenceExport(
                        Environment.UserName,
                        TimeProvider.System.GetUtcNow(),
                        typeof(LogEvidence).Assembly.GetName().Version?.ToString(3) ?? ""
                    ),
                    WitnessesPath = Path.Combine(home, PolicyFile),
                    WithPayloads = payloads,
                    Policy = policy,
                    PoliciesPath = Path.Combine(home, PoliciesFolder),
                    Sign = unsigned ? null : (files, stop) => SignAsync(id, files, payloads, stop),
                },
                cancellationToken
            );
            var verdict = EvidenceVerifier.Verify(path);
            if (!verdict.Holds)
            {
                File.Delete(path);
                return Screen.Error(
                    ExitCode.No,
                    $"no bundle was written, because it would not verify: {verdict.Faults[0].Text}",
                    "`bartizan log verify` says more of the log; a manifest must be the one that the session ran under"
                );
            }

            if (json)
            {
                Screen.Json(verdict);
                return ExitCode.Done;
            }

            Screen.Line($"{path}: {LogVerifyCommand.Describe(verdict)}", Tone.Good);
            if (document.Policy is null)
            {
                Screen.Line("  the policy that it ran under is not kept here: name its manifest with `-m` to add it");
            }

            if (!document.Cosigned)
            {
                Screen.Line("  no witness stands for its checkpoint: it proves itself against the log's own key alone");
            }

            return ExitCode.Done;
        }
        catch (Exception e) when (e is EvidenceException or LogInconsistentException or WitnessPolicyException)
        {
            return Screen.Error(ExitCode.No, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Screen.Error(ExitCode.Failed, e.Message);
        }
    }

    // The instance writes into its log who takes what, and signs for it.
    private static async Task<string> SignAsync(
        SessionId session,
        Digest files,
        bool payloads,
        CancellationToken cancellationToken
    )
    {
        using var client = await Instance.StartedAsync(cancellationToken);
        var reply = await client.CustodyAsync(
            new CustodyRequest
            {
                Session = session.ToString(),
                Digest = files.ToString(),
                Payloads = payloads,
            },
            cancellationToken
        );
        return reply.Note;
    }

    private static async Task<EvidencePolicy> PolicyOfAsync(
        Manifest manifest,
        string path,
        CancellationToken cancellationToken
    ) =>
        new(
            Policy.Compile(manifest).Digest.ToString(),
            Policy.NormalFormOf(manifest),
            await File.ReadAllTextAsync(path, cancellationToken)
        );
}
