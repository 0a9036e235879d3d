using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Views;

/// <summary>
/// The workspace as one session sees it: a copy that holds what the <c>read</c> rules allow and nothing else. The agent changes
/// the copy; the host's files change only by <see cref="ApplyAsync"/>, after the diff was judged by the <c>write</c> rules.
/// <code>
/// workspace ── CreateAsync ──▶ stage/tree ── the agent works ──▶ DiffAsync ──▶ ApplyAsync ──▶ workspace
///             read rules       baseline      in its sandbox                    write rules,
///                              durable                                         conflicts, people
/// </code>
/// What comes in is a folder and a judge; what goes out are typed results for entries. It never follows a symbolic link an agent
/// made, never runs a program, and never overwrites what a person changed meanwhile. It may be opened again by another process.
/// </summary>
public sealed class StagedWorkspace
{
    private const string TreeName = "tree";
    private readonly Baseline _baseline;

    private StagedWorkspace(string folder, Baseline baseline, ViewLimits limits)
    {
        Folder = folder;
        _baseline = baseline;
        Limits = limits;
    }

    /// <summary>The stage folder.</summary>
    public string Folder { get; }

    /// <summary>The staged tree: what is mounted as the workspace.</summary>
    public string Tree => Path.Combine(Folder, TreeName);

    /// <summary>The workspace's real path on the host.</summary>
    public string Source => _baseline.Source;

    /// <summary>What the stage holds; null when it was opened again.</summary>
    public StageSummary? Summary { get; private init; }

    /// <summary>The bounds it works under.</summary>
    public ViewLimits Limits { get; }

    internal Baseline Baseline => _baseline;

    /// <summary>
    /// Stages a workspace. When this returns, the baseline is on stable storage. When it throws, nothing is left behind.
    /// </summary>
    /// <exception cref="ViewException">The workspace can't be staged; the message says why and what to do.</exception>
    public static async Task<StagedWorkspace> CreateAsync(
        StageRequest request,
        FileJudge judge,
        IProgress<StageProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(judge);
        using var host = OpenSource(request);
        var source = FileCalls.PathOf(host);
        RequireSource(source, request);
        var folder = Path.GetFullPath(request.Folder);
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        if (Directory.Exists(folder))
        {
            throw new ViewException($"`{folder}` exists already: a stage is made once");
        }

        var tree = Path.Combine(folder, TreeName);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(tree, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            using var stage = FileCalls.OpenRoot(tree, followLinks: true);
            var builder = new StageBuilder(request, source, host, stage, judge);
            var (entries, summary) = await Task.Run(
                () => builder.BuildAsync(progress, cancellationToken),
                cancellationToken
            );
            FinishRoot(request, stage, FileCalls.Stat(host));
            var baseline = Baseline.Write(folder, source, entries);
            return new StagedWorkspace(folder, baseline, request.Limits) { Summary = summary };
        }
        catch (Exception e)
        {
            TreeRemoval.Remove(folder);
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new ViewException($"the workspace `{source}` can't be staged: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>Opens a stage that this or another process made.</summary>
    /// <exception cref="ViewException">There is none, or its baseline is damaged.</exception>
    public static StagedWorkspace Open(string folder, ViewLimits? limits = null)
    {
        var full = Path.GetFullPath(folder);
        return new StagedWorkspace(full, Baseline.Read(full), limits ?? new ViewLimits());
    }

    /// <summary>
    /// What the session changed. Nothing may be running in the sandbox any more; if something is, the diff is merely
    /// out of date.
    /// </summary>
    public Task<WorkspaceDiff> DiffAsync(CancellationToken cancellationToken) =>
        Task.Run(() => new DiffWalk(this).Run(cancellationToken), cancellationToken);

    /// <summary>
    /// Applies the diff to the workspace: judges each change, stops whole when the person changed one of the same paths meanwhile,
    /// then writes beside each file, syncs and renames.
    /// </summary>
    /// <exception cref="ViewException">Something broke on the way; the message says what was done and what not.</exception>
    public Task<ApplyResult> ApplyAsync(ApplyOptions options, CancellationToken cancellationToken) =>
        Task.Run(() => ChangeApply.RunAsync(this, options, cancellationToken), cancellationToken);

    /// <summary>
    /// Stages the workspace of now with the changes that would be applied, for <c>apply --check</c>: what the check sees is what
    /// the workspace would be, less what <c>read</c> rules deny.
    /// </summary>
    public async Task<(StagedWorkspace Result, ApplyResult Applied)> StageResultAsync(
        StageRequest request,
        FileJudge read,
        ApplyOptions options,
        CancellationToken cancellationToken
    )
    {
        var result = await CreateAsync(request, read, null, cancellationToken);
        try
        {
            var applied = await Task.Run(
                () => ChangeApply.RunOnAsync(this, result, request.Owner, options, cancellationToken),
                cancellationToken
            );
            return (result, applied);
        }
        catch
        {
            result.Discard();
            throw;
        }
    }

    /// <summary>Deletes the stage and its baseline, whatever the agent made of it.</summary>
    public void Discard() => TreeRemoval.Remove(Folder);

    /// <summary>Deletes a folder with whatever an agent left in it; nothing when it isn't there.</summary>
    public static void Remove(string folder) => TreeRemoval.Remove(folder);

    private static Microsoft.Win32.SafeHandles.SafeFileHandle OpenSource(StageRequest request)
    {
        try
        {
            return FileCalls.OpenRoot(Path.GetFullPath(request.Source), followLinks: true);
        }
        catch (IOException e)
        {
            throw new ViewException($"the workspace can't be opened: {e.Message}", e);
        }
    }

    private static void RequireSource(string source, StageRequest request)
    {
        if (source is "/" or "/proc" or "/sys" or "/dev" || source.StartsWith("/proc/", StringComparison.Ordinal))
        {
            throw new ViewException($"`{source}` can't be a workspace: name the folder the agent works on");
        }

        foreach (var never in request.Never)
        {
            if (source == never || source.StartsWith(never + "/", StringComparison.Ordinal))
            {
                throw new ViewException($"the workspace `{source}` lies in Bartizan's own state directory");
            }
        }
    }

    private static void FinishRoot(
        StageRequest request,
        Microsoft.Win32.SafeHandles.SafeFileHandle stage,
        FileStat source
    )
    {
        if (request.Owner is { } owner)
        {
            FileCalls.Own(stage, owner.Uid, owner.Gid);
        }

        FileCalls.Permit(stage, source.Mode);
    }
}
