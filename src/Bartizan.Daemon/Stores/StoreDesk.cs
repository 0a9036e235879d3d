using Bartizan.Client;
using Bartizan.Client.Stores;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Daemon.Workspaces;
using Bartizan.Sandbox.Views;

namespace Bartizan.Daemon.Stores;

/// <summary>Where a person sees which stores carry labels, and says that they have looked at one. Each word is an entry.</summary>
internal sealed class StoreDesk(StoreLabels labels, IJournal journal)
{
    private const int Refused = 4;
    private const int MaxWhy = 1000;

    /// <summary>The stores that carry labels.</summary>
    public StoresReply List() => Read(() => Reply(""));

    /// <summary>Takes the labels off a store, or off one of its keys.</summary>
    /// <exception cref="ControlException">When it is refused.</exception>
    public async Task<StoresReply> ClearAsync(StoresRequest request, string person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var why = request.Why?.Trim() ?? "";
        if (why.Length is 0 or > MaxWhy)
        {
            throw No($"say why, in at most {MaxWhy} characters: `--why`");
        }

        var (store, _, all) = Read(labels.List).FirstOrDefault(one => Visible.Text(one.Store) == request.Store);
        if (all == default)
        {
            throw No("no such store carries labels: `bartizan stores` lists them");
        }

        // The key's own text is somebody's data: the entry says that it was one.
        await journal
            .AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Workspace,
                    Person = person,
                    Point = "tool",
                    Target = request.Store,
                    Detail = request.Key is null ? "labels of a store cleared" : "labels of one key of a store cleared",
                    Reason = why,
                    Labels = all,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return Read(() =>
        {
            var cleared = labels.Clear(store, request.Key);
            return Reply(
                cleared == default ? "it carried none" : "cleared: what is read from it counts as its tool's word again"
            );
        });
    }

    private StoresReply Reply(string says) =>
        new(
            [
                .. labels
                    .List()
                    .Select(one => new StoreLine(
                        Visible.Text(one.Store),
                        WorkspaceSettlement.TextOf(one.Labels),
                        one.Keys
                    )),
            ],
            says
        );

    private static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (IOException e)
        {
            throw No(e.Message);
        }
    }

    private static ControlException No(string why) => new(new ControlProblem(Refused, why));
}
