using Bartizan.Client;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Guards.Packs;

namespace Bartizan.Daemon;

/// <summary>Takes the installed pack when an instance starts, and says so in the record where it isn't the shipped one.</summary>
internal static class PackRecord
{
    /// <summary>Reads the pack and records it.</summary>
    /// <exception cref="ControlException">It can't be used.</exception>
    public static async Task<GuardPack> TakeAsync(string home, IJournal journal, CancellationToken cancellationToken)
    {
        try
        {
            var (pack, by) = InstalledPack.Read(home);
            if (pack != GuardPack.Shipped)
            {
                await journal
                    .AppendAsync(
                        new Entry
                        {
                            Kind = EntryKind.Instance,
                            Detail = "guards",
                            Reason = $"pack {pack.Version}, number {pack.Number}, signed by {by}",
                        },
                        cancellationToken
                    )
                    .ConfigureAwait(false);
            }

            return pack;
        }
        catch (GuardPackException e)
        {
            throw new ControlException(
                new ControlProblem(
                    125,
                    $"the guards' pack can't be used: {e.Message}",
                    "`bartizan guards update` installs one; without the folder `guards` in the state directory the shipped one counts"
                )
            );
        }
    }
}
