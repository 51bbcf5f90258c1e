/**
 * Gives each watch of one config a name that no other has: the service's, and where that is taken, with the tag or what else
 * tells them apart. ContainerPilot keeps what it knows by the service's name alone, so that two watches of one service undo each
 * other's work.
 */
export function watchNames(): (service: string, difference: string) => string {
  const taken = new Set<string>();
  return (service, difference) => {
    let name = service;
    if (taken.has(name) && difference !== '') name = `${service}[${difference}]`;
    for (let number = 2; taken.has(name); number++) name = `${service}-${number}`;
    taken.add(name);
    return name;
  };
}
